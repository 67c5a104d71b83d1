DROP TABLE journal_lines;
DROP TABLE debits;
DROP TABLE charges;
DROP TABLE wallets;
