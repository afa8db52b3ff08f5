"""What is said of a run that failed."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.probers.judging.concealing import Concealer
from monitor.probers.judging.evidence import certificate_detail, evidence, shown
from monitor.probers.judging.failures import Failure
from monitor.probers.requests.exchange import Exchange
from monitor.probers.run import Finding
from monitor.probers.surroundings import Surroundings


def failed(
    failure: Failure, exchange: Exchange, around: Surroundings, *, step: str = "", secrets: Iterable[str] = ()
) -> Finding:
    """Verdict, reason, detail and evidence.

    Args:
        step: the one of a transaction that failed.
        secrets: what must not be shown, beside what never is; the most important first.
    """
    conceal = Concealer([*exchange.secrets, *secrets])

    def redact(text: str) -> str:
        return conceal(around.redact(text))

    detail = certificate_detail(failure, exchange.certificate, exchange.last.host, around.clock.now())
    seen = evidence(failure, exchange.last, exchange.answer, exchange.certificate, redact)
    return Finding(
        verdict=failure.verdict,
        reason=failure.reason,
        detail=shown(f"step {step}: {detail}" if step else detail, redact),
        evidence={"step": step} | seen if step else seen,
        timed_out=failure.timed_out,
    )
