# 1. Annonce.
announcement-subject = { $change_ref } : { $subprocessor } prévu à partir du { $effective_short } ; objection possible jusqu’au { $deadline_short }
    .several = { $count } modifications de sous-traitants ultérieurs prévues à partir du { $effective_short } ; objection possible jusqu’au { $deadline_short }
    .several-no-objection = { $count } modifications de sous-traitants ultérieurs prévues à partir du { $effective_short }
    .specific = { $change_ref } : nous demandons votre autorisation pour { $subprocessor } avant la fin du { $deadline_short }
    .emergency = { $change_ref } : remplacement d’urgence par { $subprocessor } ; objection possible jusqu’au { $deadline_short }
    .material = { $change_ref } : modification chez { $subprocessor } prévue à partir du { $effective_short } ; objection possible jusqu’au { $deadline_short }
    .removal = { $change_ref } : { $subprocessor } quitte notre liste de sous-traitants ultérieurs le { $effective_short }
    .removal-afterwards = { $change_ref } : { $subprocessor } a quitté notre liste de sous-traitants ultérieurs
    .removal-objection = { $change_ref } : { $subprocessor } quitte notre liste de sous-traitants ultérieurs le { $effective_short } ; objection possible jusqu’au { $deadline_short }
    .no-objection = { $change_ref } : { $subprocessor } prévu à partir du { $effective_short }

# Ce qui est prévu, comme fin de « Nous prévoyons de … ».
headline-addition = recourir à un nouveau sous-traitant ultérieur, { $name }, pour { $products }
headline-replacement = remplacer { $old_name } par { $name } pour { $products }
headline-material_change = modifier la façon dont { $name } traite vos données pour { $products }
headline-removal = ne plus recourir à { $name }
headline-correction = rectifier ce que notre liste dit de { $name }
headline-several = procéder à { $count } modifications de sous-traitants ultérieurs
    .steps = procéder à { $count } modifications de sous-traitants ultérieurs : { $steps }

section-addition = { $name } s’ajoute
section-replacement = { $name } remplace { $old_name }
section-material_change = { $name } change
section-removal = { $name } s’en va
section-correction = { $name } : rectification

announcement-head = { $processor } prévoit de { $headline }.
    .afterwards = { $processor } n’utilise plus { $subprocessor }.
    .specific = { $processor } demande votre autorisation de { $headline }.
    .nothing-without-yes = Sans votre oui, { $kind ->
        [several] aucune modification qui l’exige ne prend effet pour vos données
       *[other] { $subprocessor } n’est pas utilisé pour vos données
    }.
announcement-replaces = Cette lettre remplace la nôtre du { $replaced_announced } ({ $replaced_ref }) : { $what_changed }. Votre délai recommence à courir.
    .objected = Votre objection { $objection_ref } vaut aussi pour le nouveau projet.
    .authorised = Votre autorisation du { $authorised_on } ne couvre pas le nouveau projet ; nous vous la demandons de nouveau.
announcement-intro = selon { $clause }, nous vous informons avant de changer les entreprises qui traitent pour nous vos données à caractère personnel.
    .subscriber = vous nous avez demandé de vous informer avant que nous changions les entreprises qui traitent pour nous des données à caractère personnel.
    .afterwards = nous vous disons quelles entreprises traitent pour nous vos données à caractère personnel. L’une d’elles ne le fait plus.

fact-company = Entreprise
    .contact = contact : { $contact }
fact-legal_entity = Dénomination
fact-name = Nom
fact-address = Adresse
fact-contact = Contact
fact-website = Site web
fact-category = Catégorie
fact-purpose = Ce qu’elle fait pour vous
fact-data_types = Vos données
fact-data_subjects = Personnes concernées
fact-nature = Nature et durée
fact-places = Lieu
fact-transfer_mechanism = Transfert hors de votre région
fact-safeguards = Garanties
fact-products = Produits concernés
fact-affiliate = Société liée à nous
fact-reason = Pourquoi
fact-engaged_by = Recruté par
fact-none = aucun
fact-unstated = non indiqué

compare-today = Aujourd’hui
compare-planned = Prévu
compare-rest = Tout le reste demeure inchangé.

announcement-object = Pour émettre une objection,
    .open = ouvrez
    .how = (sans compte) ou répondez simplement à ce courriel. Votre objection est émise à temps si elle nous parvient avant la fin du délai ci-dessus ; vous recevez un accusé de réception avec un numéro.
    .how-until-effect = (sans compte) ou répondez simplement à ce courriel. Votre objection est émise à temps si elle nous parvient avant que { $kind ->
        [several] les modifications prennent
       *[other] la modification prenne
    } effet ; vous recevez un accusé de réception avec un numéro.
    .which = Vous pouvez émettre une objection contre l’une d’elles ou contre toutes : dites laquelle ; si vous n’en nommez aucune, nous considérons que vous les visez toutes.
    .grounds = Veuillez nous indiquer vos raisons liées à la protection des données ; vous pouvez les ajouter plus tard.
    .mail = Ou écrivez à cette adresse ; tout ce qui y arrive est une objection :
objection-mail-subject = OBJECT { $change_ref }
objection-mail-body = Nous émettons une objection contre { $change_ref } ({ $subprocessor }).
announcement-authorise = Pour répondre,
    .open = ouvrez
    .how = et choisissez autoriser ou refuser.
announcement-refusal = Sans nouvelles de vous avant la fin du délai ({ $deadline })
    .until-effect = Sans nouvelles de vous avant que { $kind ->
        [several] les modifications prennent
       *[other] la modification prenne
    } effet
    .rest = , cela vaut refus selon { $clause }.
announcement-then = Ce qui se passe ensuite.
    .rest = Nous répondons au plus tard à la date indiquée dans l’accusé de réception. Tant que votre objection n’est pas tranchée comme votre contrat le prévoit, { $kind ->
        [material_change] { $subprocessor } ne traite vos données que comme aujourd’hui
        [removal] rien ne change pour vos données
        [several] aucune modification contre laquelle vous émettez une objection ne prend effet pour vos données
       *[other] { $subprocessor } n’est pas utilisé pour vos données
    }.
    .emergency = Il s’agit { $kind ->
        [material_change] d’une modification
        [removal] d’un retrait
       *[other] d’un remplacement
    } d’urgence : { $emergency_reason }. Un délai d’annonce plus court, de { $notice_days ->
        [one] { $notice_days } jour
        [many] { $notice_days } de jours
       *[other] { $notice_days } jours
    }, est permis pour cela (selon { $clause_first }). Vous gardez votre droit d’émettre une objection jusqu’à { $deadline } ; nous cessons alors d’utiliser { $subprocessor } pour vos données ou réglons la question avec vous comme le contrat le prévoit.
    .emergency-after = Il s’agit { $kind ->
        [material_change] d’une modification
        [removal] d’un retrait
       *[other] d’un remplacement
    } d’urgence : { $emergency_reason }. Un délai d’annonce plus court, de { $notice_days ->
        [one] { $notice_days } jour
        [many] { $notice_days } de jours
       *[other] { $notice_days } jours
    }, est permis pour cela (selon { $clause_first }). Vous gardez votre droit d’émettre une objection jusqu’à { $deadline }, même après le début ; nous cessons alors d’utiliser { $subprocessor } pour vos données ou réglons la question avec vous comme le contrat le prévoit.
announcement-silence = Sans nouvelles de vous avant la fin du délai ({ $deadline })
    .until-effect = Sans nouvelles de vous avant que { $kind ->
        [several] les modifications prennent
       *[other] la modification prenne
    } effet
    .rest = , nous considérons que { $customer } n’émet pas d’objection (selon { $clause }). { announcement-effect }
announcement-effect = { $kind ->
        [several] Les modifications prennent effet au plus tôt le { $effective } ; si l’une d’elles est plus tardive, nous vous écrivons de nouveau.
       *[other] La modification prend effet au plus tôt le { $effective } ; si elle est plus tardive, nous vous écrivons de nouveau.
    }
announcement-others = Vous agissez pour d’autres organisations ?
    .rest = Transmettez cette lettre à celles dont le contrat avec vous l’exige ; cette page peut être partagée :
    .object = Vous pouvez émettre une objection pour l’une d’elles : nommez-la.
announcement-question = Une question ?
    .rest = Répondez et dites que c’en est une. Cela ne déplace pas votre délai.
    .no-deadline = Répondez à ce courriel.
announcement-late-joiner = Pour votre information :
    .rest = cette modification figurait sur notre liste publique quand { $customer } a signé le { $signed_on }. Vous n’avez rien à faire. Des questions : répondez à ce courriel.

# 2. Rappel.
reminder-subject = { $kind ->
        [several] Rappel : vous pouvez émettre une objection contre { $count } modifications de sous-traitants ultérieurs jusqu’au { $deadline_short }
       *[other] Rappel, { $change_ref } : objection possible jusqu’au { $deadline_short } ({ $subprocessor })
    }
    .specific = { $kind ->
        [several] Rappel : nous demandons votre autorisation pour { $count } modifications de sous-traitants ultérieurs avant la fin du { $deadline_short }
       *[other] Rappel, { $change_ref } : nous demandons votre autorisation pour { $subprocessor } avant la fin du { $deadline_short }
    }
reminder-head = { $days_left ->
        [0] Dernier jour
        [one] Encore { $days_left } jour
        [many] Encore { $days_left } de jours
       *[other] Encore { $days_left } jours
    } : vous pouvez émettre une objection contre { $kind ->
        [several] { $count } modifications de sous-traitants ultérieurs
       *[other] { $subprocessor }
    } jusqu’à { $deadline }.
    .specific = { $days_left ->
        [0] Dernier jour
        [one] Encore { $days_left } jour
        [many] Encore { $days_left } de jours
       *[other] Encore { $days_left } jours
    } : il nous faut encore votre réponse sur { $kind ->
        [several] { $count } modifications de sous-traitants ultérieurs avant la fin du délai ({ $deadline_at }). Sans votre oui, aucune modification qui l’exige ne prend effet pour vos données.
       *[other] { $subprocessor } avant la fin du délai ({ $deadline_at }). Sans votre oui, aucune utilisation pour vos données.
    }
reminder-start = Début prévu : { $effective }.
reminder-body = Nous avons écrit à { $reader } au sujet de { $kind ->
        [several] ces modifications ({ $steps })
       *[other] cette modification
    } le { $announced }. Ce rappel ne change aucune date. Nous n’avons pas d’objection de votre part ; si vous en avez envoyé une, transférez-la-nous maintenant, avec sa date.
    .specific = Nous avons écrit à { $reader } au sujet de { $kind ->
        [several] ces modifications ({ $steps })
       *[other] cette modification
    } le { $announced }. Ce rappel ne change aucune date. Nous n’avons pas de réponse de votre part ; si vous en avez envoyé une, transférez-la-nous maintenant, avec sa date.
reminder-object = Émettre une objection ou lire les détails :
    .reply = ou répondre à ce courriel.
    .specific = Autoriser ou refuser :

# 3a. Suspendu.
held-subject = { $change_ref } : { $kind ->
        [material_change] la modification chez { $subprocessor } ne commence pas le { $old_effective_short }
        [removal] { $subprocessor } ne quitte pas notre liste le { $old_effective_short }
        [several] { $count } modifications ne commencent pas le { $old_effective_short }
       *[other] { $subprocessor } ne commence pas le { $old_effective_short }
    }
held-head = { $kind ->
        [material_change] La modification chez { $subprocessor } n’a pas commencé le { $old_effective }. Vos données sont traitées comme avant.
        [removal] { $subprocessor } n’a pas quitté notre liste le { $old_effective }. Vos données sont traitées comme avant.
        [several] Les modifications annoncées pour le { $old_effective } n’ont pas commencé. Vos données sont traitées comme avant.
       *[other] { $subprocessor } n’a pas commencé le { $old_effective } et n’est pas utilisé pour vos données.
    }
    .rest = Nous vous écrirons de nouveau dès qu’une nouvelle date sera fixée.
held-body = Une de nos conditions n’est pas encore remplie (le délai complet de chaque client est écoulé ; chaque objection émise à temps est tranchée). Vos droits restent tels quels.
held-open = Vous pouvez toujours émettre une objection, jusqu’à { $deadline } :
    .reply = ou répondez.
held-closed = Votre délai a pris fin { $deadline } ; il ne se rouvre pas, sauf si le projet change.

# Utilisé malgré tout.
in-use-subject = { $change_ref } : { $subprocessor } utilisé depuis le { $in_use_short } sans que les délais d’annonce soient écoulés
in-use-head = { $subprocessor } est utilisé depuis le { $in_use_since }, avant que les délais de tous soient écoulés.
    .change = La modification chez { $subprocessor } est appliquée depuis le { $in_use_since }, avant que les délais de tous soient écoulés.
    .rest = La modification annoncée n’est pas considérée comme en vigueur. Nous vous écrirons de nouveau quand elle le sera, ou quand une nouvelle date sera fixée.
in-use-why = Pourquoi : { $in_use_why }.

# 3b. Reporté à un jour ultérieur.
rescheduled-subject = { $change_ref } : nouvelle date pour { $subprocessor } : { $effective_short }
rescheduled-head = { $kind ->
        [material_change] La modification chez { $subprocessor } commence désormais le { $effective }, et non le { $old_effective }.
        [removal] { $subprocessor } quitte désormais notre liste le { $effective }, et non le { $old_effective }.
        [several] Les modifications commencent désormais le { $effective }, et non le { $old_effective }.
       *[other] { $subprocessor } commence désormais le { $effective }, et non le { $old_effective }.
    }
    .rest = Rien d’autre ne change.
rescheduled-open = Vous pouvez émettre une objection jusqu’à : { $deadline }.
rescheduled-closed = Votre délai, { $deadline }, est inchangé.
rescheduled-objected = Votre objection { $objection_ref } demeure ; vous n’avez pas à la répéter.
rescheduled-details = Détails :
rescheduled-object = Émettre une objection :
    .reply = ou répondez.

# 3d. Rectifié.
corrected-subject = { $change_ref } : rectification de notre lettre sur { $subprocessor }
corrected-head = Rectification de notre lettre du { $announced } : { $field } se lit { $new_value }, et non { $old_value }.
    .dates = Les dates demeurent : début prévu { $effective }, objection possible jusqu’à { $deadline }.
    .dates-no-objection = La date demeure : début prévu { $effective }.
corrected-not-meant = Notre lettre du { $announced } n’était pas destinée à { $customer }. Rien ne change pour vos données. Veuillez nous excuser.

# 4. Retiré.
withdrawn-subject = { $change_ref } retiré : { $subprocessor } { $kind ->
        [replacement] ne sera pas utilisé
        [material_change] reste tel quel
        [removal] reste sur notre liste
        [several] et les autres modifications n’auront pas lieu
       *[other] ne sera pas utilisé
    }
    .in-use = { $change_ref } retiré : l’utilisation de { $subprocessor } prend fin le { $stops_on }
withdrawn-head = { $count ->
        [one] Nous avons retiré cette modification
       *[other] Nous avons retiré ces modifications
    } : { $subprocessor } { $kind ->
        [replacement] ne remplacera pas { $old_subprocessor }
        [material_change] ne modifiera pas la façon de traiter vos données
        [removal] ne quittera pas notre liste de sous-traitants ultérieurs
        [several] ne changera pas comme annoncé
       *[other] ne sera pas utilisé
    }.
    .when = Annonce du { $announced } pour le { $old_effective }.
    .in-use = Nous avons retiré cette modification : l’utilisation de { $subprocessor } prend fin le { $stops_on }.
withdrawn-objected = Votre objection { $objection_ref } est close, la modification étant retirée ; elle n’est retenue ni contre vous ni contre nous.
withdrawn-in-force = { $subprocessor } a traité des données de { $customer } depuis le { $in_force_since }. Cela prend fin le { $stops_on } ; l’effacement ou la restitution suit au plus tard le { $deletion_due }, et nous vous les confirmons.
withdrawn-again = Si nous la prévoyons de nouveau, vous recevrez une nouvelle lettre avec un nouveau délai complet.

# En vigueur.
effective-subject = { $change_ref } : { $kind ->
        [replacement] { $subprocessor } utilisé à la place de { $old_subprocessor } depuis le { $effective_short }
        [material_change] la modification chez { $subprocessor } en vigueur depuis le { $effective_short }
        [removal] { $subprocessor } hors de notre liste depuis le { $effective_short }
        [correction] notre liste rectifiée le { $effective_short }
        [several] { $count } modifications en vigueur depuis le { $effective_short }
       *[other] { $subprocessor } utilisé depuis le { $effective_short }
    }
    .excluded = { $change_ref } : { $subprocessor } a commencé et n’est pas utilisé pour vos données
effective-head = { $kind ->
        [replacement] { $subprocessor } remplace { $old_subprocessor } pour { $products } depuis le { $effective }.
        [material_change] La modification chez { $subprocessor } est en vigueur depuis le { $effective }.
        [removal] Nous n’utilisons plus { $subprocessor } depuis le { $effective }.
        [correction] Ce que notre liste dit de { $subprocessor } est rectifié depuis le { $effective }.
        [several] Les { $count } modifications annoncées sont en vigueur depuis le { $effective }.
       *[other] { $subprocessor } est utilisé pour { $products } depuis le { $effective }.
    }
    .excluded = { $subprocessor } a commencé le { $effective }. Aucune utilisation pour vos données.
effective-body = Nous l’avons annoncé le { $announced }. Le délai complet de chaque client est écoulé, et chaque objection émise à temps est tranchée.
effective-excluded = C’est ainsi que nous avons réglé votre objection { $objection_ref }.
