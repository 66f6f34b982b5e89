"""A report as plain values: for `--json`, the API and the bundle. Pure."""

from processors.diagnose.findings import Finding, Report, Severity
from processors.diagnose.wording import when

Plain = dict[str, object]


def plain_report(report: Report) -> Plain:
    """The report; times are RFC 3339 in UTC."""
    return {
        "subscription": report.subscription or None,
        "endpoint": report.endpoint,
        "at": when(report.began_s),
        "took_s": round(report.took_s, 3),
        "counts": {one.value: report.count(one) for one in Severity},
        "findings": [plain_finding(finding) for finding in report.findings],
    }


def plain_finding(finding: Finding) -> Plain:
    """One finding."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "says": finding.says,
        "do": finding.do,
        "at": when(finding.at_s),
        "evidence": dict(finding.evidence),
    }
