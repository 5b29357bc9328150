"""The templates that are there without any loading, and very many made-up ones."""

DEMO = (
    {"name": "boas_vindas", "language": "pt_BR", "status": "APPROVED", "category": "UTILITY",
     "quality_score": {"score": "GREEN", "date": 1_767_225_600},
     "components": [
         {"type": "HEADER", "format": "TEXT", "text": "Matrícula {{1}}", "example": {"header_text": ["M-1042"]}},
         {"type": "BODY", "text": "Olá, {{1}}! Sua inscrição em {{2}} está confirmada. Que bom ter você com a gente!",
          "example": {"body_text": [["Ana", "Xadrez para Iniciantes"]]}},
         {"type": "FOOTER", "text": "Escola Exemplo"},
         {"type": "BUTTONS", "buttons": [
             {"type": "URL", "text": "Acessar o curso", "url": "https://escola.example/acesso/{{1}}",
              "example": ["https://escola.example/acesso/m1042"]},
             {"type": "QUICK_REPLY", "text": "Preciso de ajuda"}]}]},
    {"name": "boas_vindas", "language": "en_US", "status": "PENDING", "category": "UTILITY",
     "components": [
         {"type": "BODY", "text": "Hello, {{1}}! Your place in {{2}} is confirmed. We are glad to have you with us!",
          "example": {"body_text": [["Ana", "Chess for Beginners"]]}},
         {"type": "FOOTER", "text": "Escola Exemplo"}]},
    {"name": "carrinho_abandonado", "language": "pt_BR", "status": "APPROVED", "category": "MARKETING",
     "parameter_format": "NAMED", "quality_score": {"score": "UNKNOWN"},
     "components": [
         {"type": "BODY",
          "text": "Oi, {{nome}}! Você deixou {{produto}} no carrinho. Quer ajuda para concluir a sua inscrição?",
          "example": {"body_text_named_params": [{"param_name": "nome", "example": "Ana"},
                                                 {"param_name": "produto", "example": "Xadrez para Iniciantes"}]}},
         {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Quero ajuda"},
                                         {"type": "QUICK_REPLY", "text": "Agora não"}]}]},
    # Refused because its text ends in a variable.
    {"name": "boleto_lembrete", "language": "pt_BR", "status": "REJECTED", "category": "UTILITY",
     "rejected_reason": "INVALID_FORMAT",
     "components": [
         {"type": "BODY", "text": "Olá, {{1}}! O seu boleto no valor de {{2}} vence em {{3}}",
          "example": {"body_text": [["Ana", "R$ 97,50", "10/03"]]}}]},
)

_TEXTS = {"pt_BR": "Olá, {{1}}! Há novidades na sua turma de {{2}}. Esperamos você!",
          "en_US": "Hello, {{1}}! There is news from your class in {{2}}. See you soon!",
          "es": "¡Hola, {{1}}! Hay novedades en tu clase de {{2}}. ¡Te esperamos!"}
_STATUSES = ("APPROVED",) * 8 + ("PENDING", "PAUSED", "REJECTED", "DISABLED")
_CATEGORIES = ("UTILITY", "MARKETING")


def generated(count):
    """`count` templates: each name in three languages, most of them approved."""
    for i in range(count):
        name, place = divmod(i, len(_TEXTS))
        language = tuple(_TEXTS)[place]
        status = _STATUSES[i % len(_STATUSES)]
        yield {"name": f"aviso_{name:05d}", "language": language, "status": status,
               "category": _CATEGORIES[name % len(_CATEGORIES)],
               "rejected_reason": "INVALID_FORMAT" if status == "REJECTED" else "NONE",
               "components": [{"type": "BODY", "text": _TEXTS[language],
                               "example": {"body_text": [["Ana", "Xadrez"]]}}]}
