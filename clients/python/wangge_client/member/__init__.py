"""Be a grid member: hear your work, and act on it."""

from wangge_client.member.client import Member
from wangge_client.member.store import Notice, Order, Result

__all__ = ["Member", "Notice", "Order", "Result"]
