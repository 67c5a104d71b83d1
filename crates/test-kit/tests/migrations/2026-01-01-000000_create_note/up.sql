CREATE TABLE note (text text PRIMARY KEY);
