"""Loading and changing what the stand-in for Hotmart holds."""
from fields import Fields


def add_routes(add, world, done):
    state = world.hotmart.state

    def configure(params, body, query):
        state.configure(Fields(body))
        return done

    def put_sale(params, body, query):
        state.put_sale(params["transaction"], Fields(body))
        return done

    def put_subscription(params, body, query):
        state.put_subscription(params["code"], Fields(body))
        return done

    def revoke_tokens(params, body, query):
        state.tokens.clear()
        return done

    add("PUT", "/_sandbox/hotmart", configure)
    add("PUT", "/_sandbox/hotmart/sales/{transaction}", put_sale)
    add("PUT", "/_sandbox/hotmart/subscriptions/{code}", put_subscription)
    add("DELETE", "/_sandbox/hotmart/tokens", revoke_tokens)
