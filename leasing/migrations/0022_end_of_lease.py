import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import albertslund_it.web.forms.validators


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0006_departure"),
        ("leasing", "0021_cost_come_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="settings",
            name="allows_buyout",
            field=models.BooleanField(
                default=True,
                help_text="Kommunen bestemmer, om frikøb overhovedet er et valg, når leasingen udløber.",
                verbose_name="medarbejdere må frikøbe",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="buyout_margin_days",
            field=models.PositiveSmallIntegerField(
                default=30,
                help_text="Så længe før det fjerde leasingår slutter, så leasinggiver kan nå at få besked.",
                verbose_name="frikøb vælges senest (dage før)",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="end_notice_days",
            field=models.CharField(
                default="180, 90, 60, 30, 14",
                help_text="Så mange dage før udløb får it-helpdesk og ledere besked om det ubesluttede.",
                max_length=60,
                validators=[albertslund_it.web.forms.validators.validate_days],
                verbose_name="varsler før udløb (dage)",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="heads_decide_ends",
            field=models.BooleanField(
                default=False,
                help_text="Slå til, hvis ledernes valg gælder. Ellers ønsker de, og it beslutter.",
                verbose_name="lederne beslutter selv ved udløb",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="return_days",
            field=models.PositiveSmallIntegerField(
                default=14,
                help_text="Så længe før udløb skal udstyr, der leveres tilbage, være taget ind.",
                verbose_name="dage til at pakke og hente",
            ),
        ),
        migrations.CreateModel(
            name="Cage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(max_length=100, verbose_name="sted")),
                ("collected_on", models.DateField(verbose_name="hentes")),
                ("room_for", models.PositiveSmallIntegerField(verbose_name="plads til (stk.)")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="bemærkning")),
                ("gone_on", models.DateField(blank=True, null=True, verbose_name="hentet")),
                (
                    "confirmed_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="bekræftet af leasinggiver"
                    ),
                ),
            ],
            options={
                "verbose_name": "it-bur",
                "verbose_name_plural": "it-bure",
                "ordering": ["-collected_on", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("room_for__gte", 1)),
                        name="cage_has_room",
                        violation_error_message="Et bur har plads til mindst ét stk. udstyr.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_on", None),
                            models.Q(
                                ("gone_on__isnull", False),
                                ("confirmed_on__gte", models.F("gone_on")),
                            ),
                            _connector="OR",
                        ),
                        name="confirmed_after_collected",
                        violation_error_message="Leasinggiver kan først bekræfte, når buret er hentet.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "secret_digest",
                    models.CharField(
                        max_length=64, unique=True, verbose_name="kontrolsum af adressen"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="oprettet")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feed",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="bruger",
                    ),
                ),
            ],
            options={
                "verbose_name": "kalenderadresse",
                "verbose_name_plural": "kalenderadresser",
            },
        ),
        migrations.CreateModel(
            name="LessorList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.CharField(max_length=6, verbose_name="udløbskvartal")),
                ("rows", models.JSONField(verbose_name="sagt om hvert serienummer")),
                ("sent_at", models.DateTimeField(verbose_name="sendt")),
                (
                    "sent_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sendt af",
                    ),
                ),
                (
                    "sub_agreement",
                    models.ForeignKey(
                        blank=True,
                        help_text="Tom: alle underaftaler.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lessor_lists",
                        to="leasing.subagreement",
                        verbose_name="underaftale",
                    ),
                ),
            ],
            options={
                "verbose_name": "liste til leasinggiver",
                "verbose_name_plural": "lister til leasinggiver",
                "ordering": ["-sent_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="LessorQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("received_on", models.DateField(verbose_name="modtaget")),
                ("answer_by", models.DateField(verbose_name="svar senest")),
                ("expires_from", models.DateField(verbose_name="udløb fra og med")),
                ("expires_to", models.DateField(verbose_name="udløb til og med")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="bemærkning")),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="besvaret")),
                (
                    "sub_agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lessor_questions",
                        to="leasing.subagreement",
                        verbose_name="underaftale",
                    ),
                ),
            ],
            options={
                "verbose_name": "henvendelse fra leasinggiver",
                "verbose_name_plural": "henvendelser fra leasinggiver",
                "ordering": ["-received_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="PackedDevice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("packed_at", models.DateTimeField(blank=True, null=True, verbose_name="pakket")),
                (
                    "wiped",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Slettet"), ("no", "Ikke slettet")],
                        max_length=3,
                        verbose_name="slettet",
                    ),
                ),
                (
                    "confirmed_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="bekræftet af leasinggiver"
                    ),
                ),
                (
                    "cage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="packed_devices",
                        to="leasing.cage",
                        verbose_name="it-bur",
                    ),
                ),
                (
                    "device",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packed",
                        to="inventory.device",
                        verbose_name="udstyr",
                    ),
                ),
                (
                    "packed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pakket af",
                    ),
                ),
            ],
            options={
                "verbose_name": "udstyr i it-bur",
                "verbose_name_plural": "udstyr i it-bure",
                "ordering": ["cage", "id"],
            },
        ),
        migrations.CreateModel(
            name="QuestionItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial_number", models.CharField(max_length=40, verbose_name="serienummer")),
                ("model_name", models.CharField(blank=True, max_length=60, verbose_name="model")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="udløb")),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="leasing.lessorquestion",
                        verbose_name="henvendelse",
                    ),
                ),
            ],
            options={
                "verbose_name": "linje på leasinggivers liste",
                "verbose_name_plural": "linjer på leasinggivers liste",
                "ordering": ["question", "serial_number"],
            },
        ),
        migrations.CreateModel(
            name="BuyoutInvitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("price_ore", models.BigIntegerField(verbose_name="frikøbspris (øre)")),
                ("valid_until", models.DateField(verbose_name="svar senest")),
                ("sent_at", models.DateTimeField(verbose_name="sendt")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Ja tak"), ("no", "Nej tak")],
                        max_length=3,
                        verbose_name="svar",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="svaret")),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="trukket tilbage"),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="buyout_invitations",
                        to="inventory.employee",
                        verbose_name="medarbejder",
                    ),
                ),
                (
                    "lease",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="buyout_invitations",
                        to="leasing.lease",
                        verbose_name="leasing",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sendt af",
                    ),
                ),
            ],
            options={
                "verbose_name": "spørgsmål om frikøb",
                "verbose_name_plural": "spørgsmål om frikøb",
                "ordering": ["-sent_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("lease",),
                        name="one_open_buyout_invitation",
                        violation_error_message="Der er allerede spurgt om det udstyr.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="answer_has_its_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyoutOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("price_ore", models.BigIntegerField(verbose_name="frikøbspris (øre)")),
                ("valid_until", models.DateField(verbose_name="gælder til")),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="buyout_offers",
                        to="inventory.device",
                        verbose_name="udstyr",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="buyout_offers",
                        to="inventory.devicemodel",
                        verbose_name="model",
                    ),
                ),
            ],
            options={
                "verbose_name": "tilbud om frikøb",
                "verbose_name_plural": "tilbud om frikøb",
                "ordering": ["-valid_until", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("device", None), ("model__isnull", False)),
                            models.Q(("device__isnull", False), ("model", None)),
                            _connector="OR",
                        ),
                        name="offer_for_device_or_model",
                        violation_error_message="Et tilbud gælder enten et serienummer eller en model.",
                    ),
                    models.UniqueConstraint(
                        fields=("device", "valid_until"), name="one_offer_a_device_and_day"
                    ),
                    models.UniqueConstraint(
                        fields=("model", "valid_until"), name="one_offer_a_model_and_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_ore__gt", 0)),
                        name="offer_above_zero",
                        violation_error_message="Prisen skal være over nul.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EndDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("buyout", "Frikøb"),
                            ("extension", "Forlængelse"),
                            ("return", "Returnering"),
                        ],
                        max_length=10,
                        verbose_name="udløbsvalg",
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, max_length=300, verbose_name="begrundelse"),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="besluttet"),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="besluttet af",
                    ),
                ),
                (
                    "term",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="end_decision",
                        to="leasing.leaseterm",
                        verbose_name="løbetid",
                    ),
                ),
            ],
            options={
                "verbose_name": "udløbsvalg",
                "verbose_name_plural": "udløbsvalg",
                "indexes": [
                    models.Index(
                        models.F("term"),
                        condition=models.Q(("choice", ""), _negated=True),
                        name="end_decisions_made",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="lessorquestion",
            constraint=models.UniqueConstraint(
                fields=("sub_agreement", "received_on"),
                name="one_question_a_day",
                violation_error_message="Der er allerede en henvendelse om underaftalen den dag.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lessorquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer_by__gte", models.F("received_on"))),
                name="answer_after_question",
                violation_error_message="Svarfristen kan ikke ligge før den dag, I fik brevet.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lessorquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_to__gte", models.F("expires_from"))),
                name="question_about_some_days",
                violation_error_message="Til og med kan ikke ligge før fra og med.",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionitem",
            constraint=models.UniqueConstraint(
                fields=("question", "serial_number"),
                name="asked_once",
                violation_error_message="Serienummeret står allerede på listen.",
            ),
        ),
    ]
