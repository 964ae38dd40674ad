from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.addons.customer_grading.tools.scope import Scope
from odoo.fields import Domain
from odoo.tools import SQL, format_date

ACTIVITY = "customer_grading_win_back.mail_activity_type_second"


class CustomerGradingLossKeeper(models.AbstractModel):
    """Keeps the register of losses as opportunities are lost, reopened, won and merged.

    Whatever way Odoo takes to it, a button, a list, an import, comes by here once, with all of the
    opportunities; so many queries it takes as for one.
    """

    _name = "customer.grading.loss.keeper"
    _description = "Keeper of Losses"

    # ------------------------------------------------------------------ what happens

    @api.model
    def _lose(self, leads, is_new=False):
        """Enter what was lost, and plan its second follow-up.

        :param is_new: whether the opportunities came in as lost ones, by an import: they were lost
            on the day on which they say that they were closed
        """
        leads = leads.sudo().filtered(lambda lead: lead.type == "opportunity")
        Loss = self.env["customer.grading.loss"].sudo()
        if not leads:
            return
        was_any = Loss._is_any()
        earlier = Loss._get_of(leads, ("closed", "open", "won")) if was_any else Loss
        earlier.filtered(lambda loss: loss.outcome != "closed").write(
            {"outcome": "again", "date_won": False}
        )
        leads -= earlier.filtered(lambda loss: loss.outcome == "closed").lead_id
        counts = self._count_contacts(leads)
        losses = Loss.create(
            [
                {**self._prepare_loss(lead, is_new), "contact_count": counts.get(lead.id, 0)}
                for lead in leads
            ]
        )
        if not was_any:
            self.env["customer.grading.dimension"]._forget_use()
        self._plan(losses)

    @api.model
    def _refuse(self, leads, details):
        """Enter a refusal of opportunities that are open.

        :param details: values of the rows: why, and to whom they would go
        """
        Loss = self.env["customer.grading.loss"].sudo()
        leads, was_any = leads.sudo(), Loss._is_any()
        counts = self._count_contacts(leads)
        refused = {"state": "refused", "outcome": False, **details}
        Loss.create(
            [
                {**self._prepare_loss(lead), "contact_count": counts.get(lead.id, 0), **refused}
                for lead in leads
            ]
        )
        if not was_any:
            self.env["customer.grading.dimension"]._forget_use()

    @api.model
    def _prepare_loss(self, lead, is_new=False):
        """Return the values of the row of an opportunity that was lost, or refused, now."""
        company = self._get_company(lead)
        engine = self.env["customer.grading.engine"]
        day = engine._get_today(company)
        if is_new and lead.date_closed:
            day = min(day, engine._get_day(company, lead.date_closed))
        return {
            "lead_id": lead.id,
            "company_id": company.id,
            "user_id": lead.user_id.id,
            "team_id": lead.team_id.id,
            "date": day,
            "reason_id": lead.lost_reason_id.id,
            "stake": lead.expected_revenue,
            "state": "quasi",
            "outcome": "closed",
        }

    @api.model
    def _get_company(self, lead):
        """Return whose loss it is: the opportunity's company, or its salesperson's."""
        return lead.company_id or lead.user_id.sudo().company_id or self.env.company

    @api.model
    def _count_contacts(self, leads):
        """Return ``{id: days with contact}`` on opportunities up to now."""
        self.env.flush_all()
        engine, counts = self.env["customer.grading.engine"], {}
        for company, own in leads.grouped(self._get_company).items():
            scope = Scope(
                engine._get_today(company),
                tz=engine._get_time_zone(company),
                company_ids=tuple(company.ids),
            )
            contacts = self.env["customer.grading.contact"]._get_contacts_sql(
                scope, own.ids, "lead"
            )
            counts |= dict(
                self.env.execute_query(
                    SQL(
                        "SELECT subject_id, COUNT(DISTINCT day) FROM (%s) told GROUP BY 1", contacts
                    )
                )
            )
        return counts

    @api.model
    def _reopen(self, leads):
        """Note that lost opportunities go on: what was quasi-lost was a false loss."""
        losses = self._get_losses(leads, ("closed",))
        if quasi := losses.filtered(lambda loss: loss.state == "quasi"):
            self._decide(quasi, "false")
        for company, own in losses.grouped("company_id").items():
            today = self.env["customer.grading.engine"]._get_today(company)
            own.write({"outcome": "open", "date_reopened": today})

    @api.model
    def _win(self, leads):
        """Note that what was lost once is won."""
        for company, own in self._get_losses(leads, ("open",)).grouped("company_id").items():
            today = self.env["customer.grading.engine"]._get_today(company)
            own.write({"outcome": "won", "date_won": today})

    @api.model
    def _take_back(self, leads):
        """Note that what was won back is open again."""
        self._get_losses(leads, ("won",)).write({"outcome": "open", "date_won": False})

    @api.model
    def _get_losses(self, leads, outcomes):
        Loss = self.env["customer.grading.loss"].sudo()
        return Loss._get_of(leads, outcomes) if leads and Loss._is_any() else Loss

    @api.model
    def _decide(self, losses, state):
        """Write the verdict of the second follow-up, and close its activity."""
        labels = dict(losses._fields["state"]._description_selection(self.env))
        for company, own in losses.grouped("company_id").items():
            today = self.env["customer.grading.engine"]._get_today(company)
            own.write({"state": state, "date_verdict": today, "verdict_by_id": self.env.uid})
        told = self.env._("Second follow-up: %s.", labels[state])
        with_activity = losses.filtered("activity_id.active")
        if activities := with_activity.activity_id:
            with_activity.activity_id = False
            activities.action_feedback(feedback=told)
        leads = (losses - with_activity).lead_id
        leads._message_log_batch(bodies=dict.fromkeys(leads.ids, told))

    @api.model
    def _set_reason(self, leads):
        """Let the register follow where another reason is given for what is lost."""
        losses = self._get_losses(leads, ("closed",))
        changed = losses.filtered(lambda loss: loss.reason_id != loss.lead_id.lost_reason_id)
        for loss in changed:
            loss.reason_id = loss.lead_id.lost_reason_id
        self._plan(changed.filtered(lambda loss: not loss.date_verdict))

    @api.model
    def _hand_over(self, leads):
        """Give the second follow-ups of opportunities to whoever has these now, on the same day."""
        losses = self._get_losses(leads, ("closed",))
        if waiting := losses.filtered(lambda loss: loss.state == "quasi"):
            self._assign(waiting)

    @api.model
    def _merge(self, leads, kept):
        """Give what was lost of merged opportunities to the one that stays.

        That one is lost once at a time. Where it goes on, so does what was lost of the others.
        """
        told = self.env["customer.grading.loss"].sudo().search([("lead_id", "in", leads.ids)])
        if not told:
            return
        current = told.filtered(lambda loss: loss.outcome == "closed")
        current.activity_id.filtered("active").unlink()
        if kept.won_status == "lost":
            current.unlink()
        else:
            self._reopen(current.lead_id)
        told.exists().lead_id = kept
        if kept.won_status == "won":
            self._win(kept)

    # ------------------------------------------------------------------ the second follow-up

    @api.model
    def _plan(self, losses):
        """Say by whom and when losses are followed up, and make the activities.

        What was lost so long before it was entered that the day had passed then, and what its
        reason calls lost at once, has none.
        """
        losses.activity_id.filtered("active").unlink()
        losses.activity_id = False
        for loss in losses:
            loss.write(self._prepare_follow_up(loss, loss.reason_id._get_follow_up()))
        self._assign(losses.filtered(lambda loss: loss.state == "quasi"))

    @api.model
    def _assign(self, losses):
        """Say by whom quasi-lost ones are followed up, and make the activities that are missing.

        Whoever has one already keeps it, and what was done or changed in it.
        """
        owners = self._get_owners({loss: loss.reason_id._get_follow_up() for loss in losses})
        nobody = self.env["res.users"]
        moved = losses.filtered(
            lambda loss: not loss.activity_id or owners.get(loss, nobody) != loss.owner_id
        )
        moved.activity_id.filtered("active").unlink()
        for owner, own in moved.grouped(lambda loss: owners.get(loss)).items():
            own.owner_id = owner
        self._create_activities(moved.filtered("owner_id"))

    @api.model
    def _prepare_follow_up(self, loss, told):
        """Return the values of a loss that say whether, and when, it is followed up.

        :param told: what its reason says, as ``_get_follow_up`` gives it
        """
        days = told["grading_days"] or loss.company_id.customer_grading_second_days
        due = loss.date + timedelta(days=days)
        engine = self.env["customer.grading.engine"]
        entered = engine._get_day(loss.company_id, loss.create_date)
        if told["grading_is_final"] or (due < entered and not loss.date_due):
            return {"state": "lost", "date_due": False, "owner_id": False}
        # Another reason makes nobody late before today, and nobody who is late less so.
        soonest = min(filter(None, (loss.date_due, engine._get_today(loss.company_id))))
        return {"state": "quasi", "date_due": max(due, soonest)}

    @api.model
    def _get_owners(self, told):
        """Return ``{loss: user}``: the first who may open the opportunity.

        That is whom the reason names, else the salesperson, else the leader of the sales team, as
        the opportunity has them now.

        :param told: ``{loss: what its reason says}``
        """
        owners, losses = {}, self.env["customer.grading.loss"].sudo().union(*told)
        for get_user in (self._get_named, self._get_salesperson, self._get_leader):
            asked = defaultdict(losses.browse)
            for loss in set(losses) - owners.keys():
                asked[get_user(loss, told[loss])] |= loss
            for user, own in asked.items():
                seen = self._filter_readable(own.lead_id, user)
                owners |= dict.fromkeys(own.filtered(lambda one, s=seen: one.lead_id in s), user)
        return owners

    @api.model
    def _get_named(self, loss, told):
        owner = told["grading_owner"]
        if owner == "leader":
            return self._get_leader(loss, told)
        if owner == "user":
            return told["grading_user_id"]
        return self._get_salesperson(loss, told)

    @api.model
    def _get_salesperson(self, loss, _told):
        return loss.lead_id.user_id

    @api.model
    def _get_leader(self, loss, _told):
        return loss.lead_id.team_id.user_id

    @api.model
    def _filter_readable(self, leads, user):
        """Return the opportunities that a person may read, in any of his or her companies.

        Odoo lets whoever gets an activity follow the record, and asks nobody whether he may.
        """
        if not user.active:
            return leads.browse()
        reader = leads.with_user(user)
        reader = reader.with_context(allowed_company_ids=user.sudo().company_ids.ids)
        return leads.browse(reader._filtered_access("read").ids)

    @api.model
    def _create_activities(self, losses):
        """Make the activities of second follow-ups; nobody is sent an e-mail."""
        kind = losses and self.env.ref(ACTIVITY, raise_if_not_found=False)
        if not kind:
            return
        quiet = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        model_id = self.env["ir.model"]._get_id("crm.lead")
        activities = quiet.create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": loss.lead_id.id,
                    "activity_type_id": kind.id,
                    "summary": self._get_summary(loss),
                    "date_deadline": loss.date_due,
                    "user_id": loss.owner_id.id,
                }
                for loss in losses
            ]
        )
        for loss, activity in zip(losses, activities, strict=True):
            loss.activity_id = activity

    @api.model
    def _get_summary(self, loss):
        """Return what the activity says, in the language of who does it."""
        told = loss.with_context(lang=loss.owner_id.lang)
        if told.todo:
            return told.todo
        return told.env._(
            "Lost on %(date)s: is it still lost?", date=format_date(told.env, told.date)
        )

    @api.model
    def _cron_plan(self):
        """Plan again what is due, and waits for who has left, or without its activity.

        Odoo deletes the activities of whom it archives.
        """
        companies = self.env["res.company"].sudo().search([("active", "=", True)])
        for left, company in zip(range(len(companies) - 1, -1, -1), companies, strict=True):
            self._assign(self._get_forsaken(company))
            self.env["ir.cron"]._commit_progress(1, remaining=left)

    @api.model
    def _get_forsaken(self, company):
        """Return the losses that are due in a company, and that nobody there is reminded of."""
        Loss = self.env["customer.grading.loss"].sudo().with_company(company)
        alone = Domain("activity_id", "=", False) | Domain("owner_id.active", "=", False)
        return Loss.search(Loss._get_due_domain() & Domain("company_id", "=", company.id) & alone)

    # ------------------------------------------------------------------ what was there before

    @api.model
    def _take_over(self):
        """Enter what was lost before there was a register: lost, without a second follow-up.

        How many contacts there had been is not known of it.
        """
        self.env.flush_all()
        main = self.env["customer.grading.engine"]._get_oldest_company_id()
        Company = self.env["res.company"].sudo().with_context(active_test=False)
        companies = Company.search([("id", "!=", False)])
        zones = [self.env["customer.grading.engine"]._get_time_zone(one) for one in companies]
        statement = SQL(
            """
            INSERT INTO customer_grading_loss (
                lead_id, company_id, user_id, team_id, date, reason_id, main_reason_id, stake,
                state, outcome, create_uid, write_uid, create_date, write_date)
            SELECT lead.id, zone.company_id, lead.user_id, lead.team_id,
                   (COALESCE(lead.date_closed, lead.write_date)
                    AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)::date,
                   reason.id, COALESCE(reason.grading_parent_id, reason.id), lead.expected_revenue,
                   'lost', 'closed', %(user)s, %(user)s, NOW() AT TIME ZONE 'UTC',
                   NOW() AT TIME ZONE 'UTC'
              FROM crm_lead lead
              LEFT JOIN res_users salesperson ON salesperson.id = lead.user_id
              LEFT JOIN crm_lost_reason reason ON reason.id = lead.lost_reason_id
              JOIN UNNEST(%(companies)s, %(zones)s) zone (company_id, tz)
                ON zone.company_id = COALESCE(lead.company_id, salesperson.company_id, %(main)s)
             WHERE lead.type = 'opportunity' AND lead.won_status = 'lost'
            ON CONFLICT DO NOTHING
            """,
            user=self.env.uid,
            companies=companies.ids,
            zones=zones,
            main=main,
        )
        self.env.cr.execute(statement)
        self.env["customer.grading.dimension"]._forget_use()
