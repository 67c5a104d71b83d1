DROP TRIGGER queues_limits ON queues;
DROP FUNCTION note_new_limits();
ALTER TABLE queues DROP COLUMN limits_since;
