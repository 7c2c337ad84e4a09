-- Views over the tables: the same lines as the other exports, and each table of the form.

CREATE VIEW tidy AS
SELECT f.report, r.agency, r.region_code, r.region_name, r.year, d."table",
    CASE d."table" WHEN 'proactive' THEN r.proactive_edition
        WHEN 'applications' THEN r.applications_edition END AS edition,
    d.row, d."column", f.value, f.text, e.raw, d.unit, r.status,
    f.findings,
    e.page, e.x0, e.top, e.x1, e.bottom, e.place, e.detector, e.confidence, r.sha256, r.uri
FROM figures f JOIN dictionary d USING (figure) JOIN reports r USING (report)
    LEFT JOIN evidence e USING (report, figure);

-- The figures of a row have successive numbers in the order of the form's columns: a row of the
-- form is found without sorting or grouping, in the order of reports and form.

CREATE VIEW applications AS
SELECT r.report, r.agency, r.year, r.status, r.applications_edition AS edition, d.row, d.row_label,
    f0.value AS natural_person, f1.value AS business, f2.value AS research, f3.value AS nonprofit,
    f4.value AS legal_service, f5.value AS other, f6.value AS total
FROM reports r CROSS JOIN dictionary d
    JOIN figures f0 ON f0.report = r.report AND f0.figure = d.figure + 0
    JOIN figures f1 ON f1.report = r.report AND f1.figure = d.figure + 1
    JOIN figures f2 ON f2.report = r.report AND f2.figure = d.figure + 2
    JOIN figures f3 ON f3.report = r.report AND f3.figure = d.figure + 3
    JOIN figures f4 ON f4.report = r.report AND f4.figure = d.figure + 4
    JOIN figures f5 ON f5.report = r.report AND f5.figure = d.figure + 5
    JOIN figures f6 ON f6.report = r.report AND f6.figure = d.figure + 6
WHERE d."table" = 'applications' AND d."column" = 'natural_person';

CREATE VIEW review AS
SELECT r.report, r.agency, r.year, r.status, d.row, d.row_label,
    f0.value AS upheld, f1.value AS corrected, f2.value AS other, f3.value AS pending,
    f4.value AS total
FROM reports r CROSS JOIN dictionary d
    JOIN figures f0 ON f0.report = r.report AND f0.figure = d.figure + 0
    JOIN figures f1 ON f1.report = r.report AND f1.figure = d.figure + 1
    JOIN figures f2 ON f2.report = r.report AND f2.figure = d.figure + 2
    JOIN figures f3 ON f3.report = r.report AND f3.figure = d.figure + 3
    JOIN figures f4 ON f4.report = r.report AND f4.figure = d.figure + 4
WHERE d."table" = 'review' AND d."column" = 'upheld';

CREATE VIEW proactive AS
SELECT f.report, r.agency, r.year, r.status, r.proactive_edition AS edition,
    d.row, d."column", d.row_label, d.column_label, f.value, f.text, d.unit
FROM figures f JOIN dictionary d USING (figure) JOIN reports r USING (report)
WHERE d."table" = 'proactive';

CREATE VIEW to_review AS
SELECT r.report, r.agency, r.year, r.status, r.error, n.code, n.severity, n.blame, n.message, r.uri
FROM reports r LEFT JOIN findings n ON n.report = r.report AND n.severity <> 'info'
WHERE r.status IS NOT 'verified';
