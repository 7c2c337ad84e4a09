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

CREATE VIEW applications AS
SELECT f.report, r.agency, r.year, r.status, r.applications_edition AS edition,
    d.row, d.row_label,
    max(f.value) FILTER (WHERE d."column" = 'natural_person') AS natural_person,
    max(f.value) FILTER (WHERE d."column" = 'business') AS business,
    max(f.value) FILTER (WHERE d."column" = 'research') AS research,
    max(f.value) FILTER (WHERE d."column" = 'nonprofit') AS nonprofit,
    max(f.value) FILTER (WHERE d."column" = 'legal_service') AS legal_service,
    max(f.value) FILTER (WHERE d."column" = 'other') AS other,
    max(f.value) FILTER (WHERE d."column" = 'total') AS total
FROM figures f JOIN dictionary d USING (figure) JOIN reports r USING (report)
WHERE d."table" = 'applications'
GROUP BY f.report, d.row ORDER BY f.report, min(f.figure);

CREATE VIEW review AS
SELECT f.report, r.agency, r.year, r.status, d.row, d.row_label,
    max(f.value) FILTER (WHERE d."column" = 'upheld') AS upheld,
    max(f.value) FILTER (WHERE d."column" = 'corrected') AS corrected,
    max(f.value) FILTER (WHERE d."column" = 'other') AS other,
    max(f.value) FILTER (WHERE d."column" = 'pending') AS pending,
    max(f.value) FILTER (WHERE d."column" = 'total') AS total
FROM figures f JOIN dictionary d USING (figure) JOIN reports r USING (report)
WHERE d."table" = 'review'
GROUP BY f.report, d.row ORDER BY f.report, min(f.figure);

CREATE VIEW proactive AS
SELECT f.report, r.agency, r.year, r.status, r.proactive_edition AS edition,
    d.row, d."column", d.row_label, d.column_label, f.value, f.text, d.unit
FROM figures f JOIN dictionary d USING (figure) JOIN reports r USING (report)
WHERE d."table" = 'proactive';

CREATE VIEW to_review AS
SELECT r.report, r.agency, r.year, r.status, r.error, n.code, n.severity, n.blame, n.message, r.uri
FROM reports r LEFT JOIN findings n ON n.report = r.report AND n.severity <> 'info'
WHERE r.status IS NOT 'verified';
