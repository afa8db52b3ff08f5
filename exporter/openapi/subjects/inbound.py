"""What comes in by itself, at secret URLs: beats of jobs, and callbacks of targets."""

from __future__ import annotations

from exporter.openapi.operation import NOTHING, WITH_BODY, Described, Subject, described, in_path

BEAT = {204: ("It is written down.", NOTHING)}
TOKEN = in_path("token", "The secret of the heartbeat: to know it is the right to beat.", "hb_secret")
LATER = "It came, but it is not written down yet: send it again."
ANY_BODY: Described = {"description": "What the job says; the beginning is kept.", "content": {"*/*": {}}}

OPERATIONS = {
    ("POST", "/callbacks/{token}"): described(
        "call_back",
        "A target shows that it delivers",
        {204: ("It is noted, whatever was posted.", NOTHING)},
        parameters=[in_path("token", "The secret of the run that waits.", "secret")],
        wrong={404: "Nobody waits for this, or does any more."},
        usual=WITH_BODY,
    )
    | {"requestBody": ANY_BODY},
    ("POST", "/heartbeats/{token}"): described(
        "beat",
        "A job says that all went well",
        BEAT,
        parameters=[TOKEN],
        wrong={404: "There is no such heartbeat.", 503: LATER},
        usual=WITH_BODY,
    )
    | {"requestBody": ANY_BODY},
    ("POST", "/heartbeats/{token}/{signal}"): described(
        "signal",
        "A job begins, fails, or ends with an exit code",
        BEAT,
        parameters=[TOKEN, in_path("signal", "start, fail, or an exit code from 0 to 255.", "start")],
        wrong={404: "There is no such heartbeat, or no such signal.", 503: LATER},
        usual=WITH_BODY,
    )
    | {"requestBody": ANY_BODY},
}

SUBJECT = Subject(name="Inbound", says="What is posted to us, at secret URLs.", operations=OPERATIONS)
