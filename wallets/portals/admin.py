"""Operators' accounts: who may come in, as what, and with which second factors."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from medixain.api.admin import ReadOnlyAdmin

for model in (User, Group, Authenticator, EmailAddress):
    admin.site.unregister(model)


@admin.register(User)
class OperatorAdmin(DjangoUserAdmin, ModelAdmin):
    """Accounts. They have no names or addresses here: nobody is written to."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("username",)
    # Django's two lists that a script moves entries between have parts that screen readers cannot name.
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("May"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )


@admin.register(Group)
class OperatorGroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Permissions that several operators have."""

    filter_horizontal = ()


@admin.register(Authenticator)
class SecondFactorAdmin(ReadOnlyAdmin):
    """Second factors: their secrets are shown to nobody; whoever lost a device has the factor removed here."""

    list_display: ClassVar[Any] = ("user", "type", "created_at", "last_used_at")
    list_filter: ClassVar[Any] = ("type",)
    fields: ClassVar[Any] = ("user", "type", "created_at", "last_used_at")
    readonly_fields: ClassVar[Any] = fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever has the permission."""
        return ModelAdmin.has_delete_permission(self, request, obj)
