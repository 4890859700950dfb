app_name = "merchant_cases"
urlpatterns: list = []
