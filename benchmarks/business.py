"""More business for the generated company: what moves customers between two runs."""

import subject


def move_customers(cr, count):
    """Change invoices so that about ``count`` customers move, half of them up.

    Only those are taken whose revenue decides; a second call moves them back.
    """
    cr.execute(
        """
        CREATE TEMP TABLE bench_moving ON COMMIT DROP AS
        WITH revenue AS (
            SELECT commercial_partner_id AS customer_id, SUM(amount_untaxed_signed) AS revenue
              FROM account_move
             WHERE move_type = 'out_invoice' AND state = 'posted'
               AND invoice_date > current_date - interval '12 months'
             GROUP BY 1
        ), busy AS (
            SELECT partner.commercial_partner_id AS customer_id
              FROM sale_order
              JOIN res_partner partner ON partner.id = sale_order.partner_id
             WHERE state = 'sale' AND date_order > current_date - interval '12 months'
             GROUP BY 1
            HAVING COUNT(*) >= LEAST(%(a_orders)s, %(b_orders)s)
        ), quiet AS (
            SELECT customer_id, revenue >= %(b_revenue)s AS good,
                   row_number() OVER (
                       PARTITION BY revenue >= %(b_revenue)s ORDER BY customer_id DESC
                   ) AS position
              FROM revenue
             WHERE customer_id NOT IN (SELECT customer_id FROM busy)
        )
        SELECT customer_id, good FROM quiet WHERE position <= %(half)s
        """,
        {
            "a_orders": subject.A_ORDERS,
            "b_orders": subject.B_ORDERS,
            "b_revenue": subject.B_REVENUE,
            "half": count // 2,
        },
    )
    cr.execute(
        """
        UPDATE account_move move
           SET amount_untaxed_signed = CASE WHEN good THEN 0
                   ELSE amount_untaxed_signed + %s END
          FROM bench_moving
         WHERE commercial_partner_id = customer_id AND move_type = 'out_invoice'
           AND invoice_date > current_date - interval '12 months'
        """,
        [subject.B_REVENUE],
    )
    cr.commit()


def contact_customers(cr):
    """Note two calls and a visit with each customer, within the last half year.

    With one in ten people write to each other, too.
    """
    cr.execute(
        """
        INSERT INTO mail_message (model, res_id, date, create_date, write_date, message_type,
                                  subtype_id, author_id, mail_activity_type_id, body)
        SELECT 'res.partner', partner.id, told.day, told.day, told.day, 'notification',
               (SELECT res_id FROM ir_model_data WHERE module = 'mail' AND name = 'mt_comment'),
               (SELECT partner_id FROM res_users WHERE id = 2), kind.id, 'Done'
          FROM res_partner partner
         CROSS JOIN (VALUES ('phonecall', 20), ('phonecall', 90), ('meeting', 60))
                    contact (category, days)
         CROSS JOIN LATERAL (SELECT id FROM mail_activity_type
                              WHERE category = contact.category ORDER BY id LIMIT 1) kind
         CROSS JOIN LATERAL (SELECT NOW() AT TIME ZONE 'UTC' - MAKE_INTERVAL(
                                        days => contact.days + partner.id % 60) AS day) told
         WHERE partner.name LIKE 'Customer %'
        """
    )
    cr.execute(
        """
        WITH written AS (
            INSERT INTO mail_message (model, res_id, date, create_date, write_date, message_type,
                                      subtype_id, author_id, body)
            SELECT 'res.partner', partner.id, told.day, told.day, told.day, letter.type,
                   (SELECT res_id FROM ir_model_data WHERE module = 'mail' AND name = 'mt_comment'),
                   CASE letter.type WHEN 'email' THEN partner.id
                                    ELSE (SELECT partner_id FROM res_users WHERE id = 2) END,
                   'Hello'
              FROM res_partner partner
             CROSS JOIN (VALUES ('comment', 30), ('email', 29)) letter (type, days)
             CROSS JOIN LATERAL (SELECT NOW() AT TIME ZONE 'UTC' - MAKE_INTERVAL(
                                            days => letter.days + partner.id % 60) AS day) told
             WHERE partner.name LIKE 'Customer %' AND partner.id % 10 = 0
            RETURNING id, res_id, message_type
        )
        INSERT INTO mail_message_res_partner_rel (mail_message_id, res_partner_id)
        SELECT id, res_id FROM written WHERE message_type = 'comment'
        """
    )
    cr.commit()


def make_due(cr, user_ids, count):
    """Let so many contacts be due today, shared out among salespeople; no other one is due."""
    cr.execute(
        "UPDATE res_partner SET user_id = (%s)[1 + id %% %s] WHERE name LIKE 'Customer %%'",
        [user_ids, len(user_ids)],
    )
    cr.execute(
        """
        UPDATE customer_grading_follow_up followed
           SET date_due = CASE WHEN place <= %s THEN CURRENT_DATE END
          FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place
                  FROM customer_grading_follow_up) counted
         WHERE counted.id = followed.id
        """,
        [count],
    )
    cr.commit()


def forget_values(cr):
    """Change what every result keeps: the next run has to store them all."""
    cr.execute("UPDATE customer_grading_result SET values = '[]'")
    cr.commit()
