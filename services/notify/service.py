"""Notify: members hear their work, sources hear how their reports fare; each once, in order. Entrypoints only."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.notify import doors, messages, use_cases, wiring
from shared.http.entrypoint import http
from shared.messaging.hears import hears, receives
from shared.timers import timer


class NotifyService:
    name = "notify"
    operations = wiring.operations()
    open_work = wiring.OpenWork()
    webhooks = wiring.Webhooks()
    answer_links = wiring.AnswerLinks()
    keys = wiring.Keys()
    engine = wiring.Engine()
    pipeline = wiring.Pipeline()
    pages = wiring.Pages()

    @hears("members", messages.MemberChanged)
    def on_members_changed(self, heard: list[Any]) -> None:
        use_cases.keep_members(heard, self.open_work)

    @hears("sources", messages.SourceChanged)
    def on_sources_changed(self, heard: list[Any]) -> None:
        use_cases.keep_sources(heard, self.open_work)

    @hears("areas", messages.AreaChanged)
    def on_areas_changed(self, heard: list[Any]) -> None:
        use_cases.keep_areas(heard, self.open_work)

    @hears("transitions", *messages.TRANSITIONS)
    def on_transitions(self, heard: list[Any]) -> list[str]:
        return use_cases.hear_transitions(heard, self.open_work)

    @hears("work", *messages.WORK)
    def on_work(self, heard: list[Any]) -> None:
        use_cases.notice_work(heard, self.open_work)

    @hears("projects", *messages.PROJECTS)
    def on_projects(self, heard: list[Any]) -> None:
        use_cases.notice_projects(heard, self.open_work)

    @hears("answers", messages.ActionAnswered)
    def on_answers(self, heard: list[Any]) -> None:
        use_cases.notice_answers(heard, self.open_work)

    @hears("feedback", messages.FeedbackDue, linger=0.1)
    def on_feedback_due(self, heard: list[Any]) -> list[str]:
        return use_cases.feed_back(heard, self.answer_links, self.open_work)

    @hears("reporters", *messages.REPORTERS)
    def on_reporters(self, heard: list[Any]) -> None:
        use_cases.tell_reporters(heard, self.answer_links, self.keys, self.open_work)

    @receives("actions")
    def on_actions(self, arrivals: list[Any]) -> list[str]:
        return use_cases.hear_members(arrivals, self.open_work)

    @timer(interval=1)
    def send_webhooks(self) -> None:
        use_cases.send_webhooks(self.open_work, *self.webhooks)

    @timer(interval=1)
    def send_deliveries(self) -> None:
        self.engine.tick()

    @timer(interval=1)
    def escalate_unread(self) -> None:
        use_cases.escalate_unread(self.open_work)

    @timer(interval=3600)
    def forget_acts(self) -> None:
        use_cases.forget_acts(self.open_work)

    @timer(interval=1)
    def pipe_notifications(self) -> None:
        self.pipeline.tick()

    @timer(interval=3600)
    def forget_notifications(self) -> None:
        use_cases.forget_notifications(self.open_work)

    @timer(interval=3600)
    def forget_buckets(self) -> None:
        use_cases.forget_buckets(self.open_work)

    @http("GET", "/notify/notices", roles=["desk", "leader", "member"], in_area=True)
    def get_notices(self, request: Request) -> Any:
        return doors.get_notices(request, self.open_work)

    @http("GET", "/notify/sent", roles=["desk", "leader", "member"], in_area=True)
    def get_sent(self, request: Request) -> Any:
        return doors.get_sent(request, self.open_work)

    @http("GET", "/notify/n/<link>", public="whoever has the link may read the notice", errors=doors.page_errors)
    def get_notice_page(self, request: Request, link: str) -> Any:
        return doors.get_notice_page(request, link, self.pages, self.open_work)

    @http("GET", "/notify/channels", roles=["desk", "leader"])
    def get_channels(self, request: Request) -> Any:
        return doors.get_channels(request, self.open_work)

    @http("GET", "/notify/deliveries", roles=["desk", "leader"])
    def get_deliveries(self, request: Request) -> Any:
        return doors.get_deliveries(request, self.open_work)

    @http("GET", "/notify/deliveries/<delivery_id>", roles=["desk", "leader"])
    def get_delivery(self, request: Request, delivery_id: str) -> Any:
        return doors.get_delivery(request, delivery_id, self.open_work)

    @http("GET", "/notify/notifications", roles=["desk", "leader"])
    def get_notifications(self, request: Request) -> Any:
        return doors.get_notifications(request, self.open_work)

    @http("GET", "/notify/silences", roles=["desk", "leader"], in_area=True)
    def get_silences(self, request: Request) -> Any:
        return doors.get_silences(request, self.open_work)

    @http("POST", "/notify/silences", roles=["desk", "leader"], in_area=True)
    def post_silence(self, request: Request) -> Any:
        return doors.post_silence(request, self.open_work)

    @http("POST", "/notify/silences/<silence_id>/end", roles=["desk", "leader"], in_area=True)
    def post_end_silence(self, request: Request, silence_id: str) -> Any:
        return doors.post_end_silence(request, silence_id, self.open_work)

    @http("POST", "/notify/deliveries/<delivery_id>/settle", roles=["desk"])
    def post_settle(self, request: Request, delivery_id: str) -> Any:
        return doors.post_settle(request, delivery_id, self.open_work)
