from plait.web import Api

ROUTES = Api("public")
