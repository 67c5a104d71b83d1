DROP TABLE revocation_counter;
DROP TABLE entries;
DROP TABLE queues;
