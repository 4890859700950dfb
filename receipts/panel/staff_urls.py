from django.urls import path

from receipts.panel import aside_views, lookups_views, operations_views, sources
from receipts.panel import staff_views as views

app_name = "panel"
urlpatterns = [
    path("payments/", views.payments, name="payments"),
    path("payments/<uuid:payment_id>/", views.payment, name="payment"),
    path("payments/<uuid:payment_id>/slip.pdf", views.slip, name="slip"),
    path("payments/<uuid:payment_id>/slip-a4.pdf", views.slip, {"form": "a4"}, name="slip_a4"),
    path("merchants/", views.merchants, name="merchants"),
    path("lookups/", lookups_views.look_ups, name="lookups"),
    path("lookups/step-up/", lookups_views.step_up, name="step_up"),
    path("imports/", operations_views.operations, name="operations"),
    path("imports/settlement/", operations_views.settlement, name="settlement"),
    path("imports/files/", views.imports, name="imports"),
    path("imports/expected/", sources.sources, name="sources"),
    path("imports/expected/<slug:name>/", sources.change, name="source"),
    path("imports/expect/", sources.add, name="add_source"),
    path("imports/rows/", aside_views.rows, name="aside"),
    path("imports/rows/<int:row_id>/", aside_views.row, name="aside_row"),
    path("imports/<int:import_id>/", views.import_file, name="import"),
]
