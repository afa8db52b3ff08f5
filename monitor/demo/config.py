"""The demo's probes.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.demo.parts.auth import CLIENT_ID, CLIENT_SECRET
from monitor.demo.parts.dashboard import TITLE

# At this pace an outage is confirmed within 2 s: a run on the grid and two rechecks.
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
        http:
          url: {api}/v1/valuations
          headers:
            authorization: "Bearer {token}"
        expect:
          status: 200
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
        http:
          method: POST
          url: {webhooks}/deliveries
          json:
            type: demo.ping
        expect:
          status: 202
          json:
            $.status: accepted
  batch:
    name: Batch Processing
    description: Bulk operations
    probes:
      jobs:
        http:
          method: POST
          url: {batch}/jobs
        expect:
          status: 202
          json:
            $.status: queued
      queue:
        http: {batch}/queue
        expect:
          json:
            $.depth:
              lt: 50
  auth:
    name: Authentication
    description: OAuth & API keys
    probes:
      token:
        http:
          method: POST
          url: {auth}/oauth/token
          form:
            grant_type: client_credentials
            client_id: {client_id}
            client_secret: {client_secret}
        expect:
          status: 200
          json:
            $.token_type: Bearer
  cdn:
    name: CDN
    description: Edge caching
    probes:
      asset:
        http: {cdn}/assets/app.js
        expect:
          headers:
            cache-control: "public, max-age=.*"
"""


def probes_yaml(urls: Mapping[str, str], token: str, page_url: str) -> str:
    """The text of a probes.yaml that watches the pretend JustKalm at a one-second pace.

    Args:
        urls: part → its URL, for all six parts.
        token: what the API's probe bears.
        page_url: where the status page is.
    """
    return PROBES_YAML.format(
        **urls,
        token=token,
        page_url=page_url,
        title=TITLE,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )
