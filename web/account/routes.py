"""The addresses of people's own accounts."""

from aiohttp import web

from web.account import apps, data, factor, join, leave, organisation, pictures, profile, reset, second_step, security

ROUTES = [
    web.get(second_step.PATH, second_step.show_step, name="second-step"),
    web.post(second_step.PATH, second_step.check_step, name="second-step-form"),
    web.get(organisation.PATH, organisation.start, name="organisation"),
    web.get(organisation.BACK, organisation.finish, name="organisation-back"),
    web.get(join.JOIN, join.show_join, name="join"),
    web.post(join.JOIN, join.join, name="join-form"),
    web.get(join.CONFIRM, join.show_confirm, name="confirm"),
    web.post(join.CONFIRM, join.confirm, name="confirm-form"),
    web.get(reset.FORGOT, reset.show_forgot, name="forgot"),
    web.post(reset.FORGOT, reset.ask_for_link, name="forgot-form"),
    web.get(reset.RESET, reset.show_reset, name="reset"),
    web.post(reset.RESET, reset.reset, name="reset-form"),
    web.get(profile.PATH, profile.show_profile, name="settings"),
    web.post(profile.PATH, profile.save_profile, name="settings-form"),
    web.get(pictures.PATH, pictures.show, name="settings-pictures"),
    web.post(pictures.PATH, pictures.save, name="settings-pictures-form"),
    web.get(pictures.OF_ORGANISATION, pictures.show, name="admin-pictures"),
    web.post(pictures.OF_ORGANISATION, pictures.save, name="admin-pictures-form"),
    web.get(apps.PATH, apps.show_apps, name="settings-apps"),
    web.post(f"{apps.PATH}/revoke", apps.revoke, name="settings-apps-revoke"),
    web.get(security.PATH, security.show_security, name="settings-security"),
    web.post(f"{security.PATH}/password", security.change_password, name="settings-password"),
    web.post(f"{security.PATH}/sessions/end", security.end_session, name="settings-session-end"),
    web.get(factor.PATH, factor.show_factor, name="settings-factor"),
    web.post(factor.PATH, factor.take_factor, name="settings-factor-take"),
    web.post(f"{factor.PATH}/remove", security.drop_factor, name="settings-factor-remove"),
    web.post(f"{factor.PATH}/codes", security.renew_codes, name="settings-factor-codes"),
    *data.ROUTES,
    *leave.ROUTES,
]
