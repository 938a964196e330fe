-- How an alert stood when somebody was told of it; '' = not recorded (rows from before this).

ALTER TABLE delivery ADD COLUMN severity TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN news TEXT NOT NULL DEFAULT '';
