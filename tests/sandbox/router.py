"""Finds the route of a path. Literal segments win over {placeholders}."""


class Route:
    __slots__ = ("method", "template", "name", "handler", "options")

    def __init__(self, method, template, handler, options):
        self.method = method
        self.template = template
        self.name = method + " " + template
        self.handler = handler
        self.options = options


class Router:
    def __init__(self):
        self._by_length = {}

    def add(self, method, template, handler, **options):
        parts = template.strip("/").split("/")
        patterns = self._by_length.setdefault(len(parts), [])
        for known, methods in patterns:
            if known == parts:
                methods[method] = Route(method, template, handler, options)
                return
        patterns.append((parts, {method: Route(method, template, handler, options)}))
        # Fewest placeholders first, so that /members/search is not read as a member's id.
        patterns.sort(key=lambda entry: sum(p[0] == "{" for p in entry[0]))

    def find(self, method, path):
        """Returns (route or None, parameters, methods the path has)."""
        parts = path.strip("/").split("/")
        allowed = None
        for pattern, methods in self._by_length.get(len(parts), ()):
            params = {}
            for want, got in zip(pattern, parts):
                if want[0] == "{":
                    if not got:
                        break
                    params[want[1:-1]] = got
                elif want != got:
                    break
            else:
                route = methods.get(method)
                if route is not None:
                    return route, params, methods
                if allowed is None:
                    allowed = methods
        return None, {}, allowed
