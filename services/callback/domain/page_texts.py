"""What a reporter reads on the page of an answer, in both languages."""

from __future__ import annotations

from services.callback.domain.words import Text

LANGUAGES = {"zh": "zh-CN", "en": "en"}  # as the address says it → as the page does

TEXTS: dict[str, Text] = {
    "title": Text("办理结果评价", "How was it handled?"),
    "switch": Text("English", "中文"),  # to the other language
    "done": Text("办理情况", "What was done"),
    "number": Text("编号", "Number"),
    "resolved_at": Text("办结时间", "Done on"),
    "round": Text("办理次数", "Handled"),
    "times": Text("第 {round} 次", "time {round}"),
    "note": Text("办理说明", "What was done"),
    "no_note": Text("办理单位已办结,现场已核查。", "It was handled and checked on the spot."),
    "before": Text("办理前", "Before"),
    "after": Text("办理后", "After"),
    "photo_before": Text("办理前照片 {n}", "Photo {n} from before"),
    "photo_after": Text("办理后照片 {n}", "Photo {n} from afterwards"),
    "ask": Text("您的评价", "Your answer"),
    "optional": Text("可不选", "optional"),
    "reasons": Text("不满意的原因", "What was not right?"),
    "several": Text("可多选", "as many as you like"),
    "text": Text("还想说的话", "Anything else?"),
    "text_hint": Text(
        "请不要写姓名、电话、身份证号。", "Please leave out names, telephone numbers and identity numbers."
    ),
    "submit": Text("提交", "Send"),
    "change": Text("修改评价", "Change the answer"),
    "taken": Text("已收到您的评价,谢谢!", "Thank you, your answer has arrived."),
    "taken_until": Text("{until} 之前可以修改。", "It can be changed until {until}."),
    "open_until": Text("本页 {until} 前有效。", "This page is open until {until}."),
    "photo": Text("附一张照片(可不附)", "Add a photo (optional)"),
    "photo_label": Text("选择照片", "Choose a photo"),
    "photo_first": Text("请先传照片,再填写下面的评价。", "Please send photos first, and then answer below."),
    "photo_send": Text("上传照片", "Send the photo"),
    "photo_sending": Text("正在上传……", "Sending …"),
    "photo_taken": Text(
        "照片已收到,将随评价一并提交。请点“提交”。",
        "The photo has arrived and goes with your answer: please send that.",
    ),
    "photo_missing": Text("没有选择照片。", "No photo was chosen."),
    "photo_large": Text(
        "照片太大,请选小一点的,或把它截小。", "The photo is too large: choose a smaller one, or cut it."
    ),
    "photo_refused": Text(
        "这个文件不能用:请选手机拍的照片,最多 9 张。", "This cannot be used: choose a photo, at most 9 in all."
    ),
    "photo_away": Text("照片暂时传不上去,请稍后再试。", "Photos cannot be taken just now: try again in a while."),
    "wrong": Text("还没有提交,请看这里:", "It was not sent yet, please look here:"),
    "wrong_solved": Text("请选择问题是否解决。", "Please say whether it has been solved."),
    "wrong_text": Text("文字最多 2000 字,请缩短。", "The text may have 2000 characters: please shorten it."),
    "wrong_answers": Text(
        "问题已经更新,请重新选择后提交。", "The questions have changed meanwhile: please choose again and send it."
    ),
    "closed": Text("评价已结束", "This is closed"),
    "closed_more": Text(
        "此事项的评价已经结束。如果问题还在,请尽快向原来反映的渠道(如 12345)提出异议。",
        "Answers about this matter are not taken any more. If it is not solved, say so soon where you reported it "
        "(12345, for example): it is looked at again.",
    ),
    "unknown": Text("链接无效或已过期", "This link is not known, or has expired"),
    "unknown_more": Text(
        "请检查链接是否完整。如仍打不开,请拨打 12345,报上短信中的编号,由工作人员为您登记。",
        "Please look whether the link is complete. If it is, call 12345 and give the number in your message: it "
        "will be taken down for you.",
    ),
    "busy": Text("请稍候", "One moment, please"),
    "busy_more": Text("访问太频繁,请一分钟后再试。", "That was too often: please try again in a minute."),
    "away": Text("暂时无法打开", "It cannot be opened just now"),
    "away_more": Text("请稍后再试,已填写的内容不会丢失。", "Please try again in a while; nothing was lost."),
    "bad": Text("无法识别", "This could not be read"),
    "bad_more": Text("请返回上一页重新填写。", "Please go back and fill it in again."),
}


def words(key: str, language: str, **values: object) -> str:
    """A text of the page; `language` is zh or en."""
    text = TEXTS[key]
    return (text.en if language == "en" else text.zh).format(**values)


def preferred(asked: str, accepted: list[str]) -> str:
    """zh or en: what was asked for, else the first language of the browser that is one of these, else Chinese."""
    for language in (asked, *accepted):
        if (short := language.lower().partition("-")[0]) in LANGUAGES:
            return short
    return "zh"
