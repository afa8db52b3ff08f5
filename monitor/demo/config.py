"""The demo's probes.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.demo.parts.auth import CLIENT_ID, CLIENT_SECRET
from monitor.demo.parts.dashboard import TITLE

# At this pace an outage is confirmed within 2 s: a run on the grid and two rechecks. What takes longer than a second,
# as a job does, is asked as often as it can be.
PROBES_YAML = """\
page:
  name: JustKalm demo
  url: {page_url}
defaults:
  interval: 1s
  timeout: 900ms
  recheck_interval: 500ms
  failure_threshold: 3
  success_threshold: 2
  slow_after: 300ms
  resolve_after: 5s
components:
  api:
    name: API
    description: Core valuation API
    depends_on: [auth]
    probes:
      health:
        http: {api}/health
        expect:
          json:
            $.status: ok
      valuations:
        success_threshold: 1    # so the API is well before what it depends on, and the story has one order
        http:
          url: {api}/v1/valuations
          auth:
            oauth2:
              token_url: {auth}/oauth/token
              client_id: {client_id}
              client_secret: {client_secret}
        expect:
          json:
            $.valuations[0].id:
              exists: true
  dashboard:
    name: Dashboard
    description: Web console
    probes:
      page:
        http: {dashboard}/
        expect:
          body:
            contains: "<title>{title}</title>"
  webhooks:
    name: Webhooks
    description: Event delivery
    probes:
      delivery:
        steps:
          - name: deliver
            http:
              method: POST
              url: {webhooks}/deliveries
              json:
                type: demo.ping
                url: "{{{{callback_url}}}}"
            expect:
              status: 202
            await_callback: 2s
        interval: 3s
        slow_after: 1s
  batch:
    name: Batch Processing
    description: Bulk operations
    probes:
      job:
        steps:
          - name: submit
            http:
              method: POST
              url: {batch}/jobs
            expect:
              status: 202
            save:
              job: $.id
          - name: result
            http: {batch}/jobs/{{{{job}}}}
            until:
              json:
                $.status: done
            every: 250ms
            for: 3s
          - name: delete
            http:
              method: DELETE
              url: {batch}/jobs/{{{{job}}}}
            expect:
              status: 204
            always: true
        interval: 5s
        slow_after: 3s
  auth:
    name: Authentication
    description: OAuth & API keys
    probes:
      token:
        steps:
          - name: token
            http:
              method: POST
              url: {auth}/oauth/token
              form:
                grant_type: client_credentials
                client_id: {client_id}
                client_secret: {client_secret}
            expect:
              json:
                $.token_type: Bearer
          - name: keys
            http: {auth}/.well-known/jwks.json
            expect:
              json:
                $.keys[0].kid:
                  exists: true
        timeout: 450ms
  cdn:
    name: CDN
    description: Edge caching
    probes:
      asset:
        steps:
          - name: fetch
            http: {cdn}/assets/app.js
          - name: fetch-again
            http: {cdn}/assets/app.js
            expect:
              headers:
                x-cache: HIT
                age: "[0-9]+"
        timeout: 450ms
"""


def probes_yaml(urls: Mapping[str, str], page_url: str) -> str:
    """The text of a probes.yaml that watches the pretend JustKalm at a one-second pace.

    Args:
        urls: part → its URL, for all six parts.
        page_url: where the status page is.
    """
    return PROBES_YAML.format(
        **urls,
        page_url=page_url,
        title=TITLE,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )
