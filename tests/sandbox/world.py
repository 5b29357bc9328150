"""Everything the sandbox holds, in one place."""
from calls import Calls
from clock import Clock
from discord_rest import Discord
from discord_state import DiscordState
from faults import Faults
from hotmart_rest import Hotmart
from hotmart_state import HotmartState
from manychat import ManyChat
from manychat_state import ManyChatState
from meta import Meta
from meta_state import MetaState
from resend import Resend, ResendState


class World:
    def __init__(self):
        self.clock = Clock()
        self.calls = Calls()
        self.discord = Discord(DiscordState(self.clock))
        self.hotmart = Hotmart(HotmartState(self.clock))
        self.manychat = ManyChat(ManyChatState(self.clock))
        self.meta = Meta(MetaState(self.clock))
        self.resend = Resend(ResendState(self.clock))
        # A further provider is one more class with prefix, router, answer() and the hooks below it.
        self.providers = (self.discord, self.hotmart, self.manychat, self.meta, self.resend)
        self.faults = Faults({p.name for p in self.providers})

    def reset(self):
        self.clock.offset = 0.0
        self.calls.reset()
        self.faults.reset()
        self.discord.state.reset()
        self.discord.limits.reset()
        self.discord.gateway.reset()
        self.hotmart.state.reset()
        self.manychat.state.reset()
        self.meta.state.reset()
        self.resend.state.reset()
