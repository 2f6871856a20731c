# Phrases des pages publiques et personnelles.

## Cadre

brand = Sous-traitants ultérieurs
title-of-site = Sous-traitants ultérieurs de { $processor }
skip = Aller au contenu
nav-main = Navigation principale
nav-about = À propos de ce site
nav-languages = Langue
nav-register = Registre
nav-changes = Modifications
nav-subscribe = S’abonner
nav-feed = Flux Atom
nav-genuine = Une lettre est-elle authentique ?
feed-title = Modifications des sous-traitants ultérieurs
feed-title-of = { $processor } : modifications des sous-traitants ultérieurs
feed-entry = { $what } : { $headline } ({ $reference })
feed-summary = { $headline }, prévu pour le { $day }.
dpo = Délégué à la protection des données :
legal-imprint = Mentions légales
legal-privacy = Politique de confidentialité
legal-terms = Conditions d’utilisation
more = Plus
back-to-register = Retour au registre

## Dates

weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
weekday-short-1 = lun.
weekday-short-2 = mar.
weekday-short-3 = mer.
weekday-short-4 = jeu.
weekday-short-5 = ven.
weekday-short-6 = sam.
weekday-short-7 = dim.
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
month-short-1 = janv.
month-short-2 = févr.
month-short-3 = mars
month-short-4 = avr.
month-short-5 = mai
month-short-6 = juin
month-short-7 = juil.
month-short-8 = août
month-short-9 = sept.
month-short-10 = oct.
month-short-11 = nov.
month-short-12 = déc.
date-long = { $weekday } { $day } { $month } { $year }
date-short = { $weekday } { $day } { $month } { $year }
date-plain = { $day } { $month } { $year }
date-day-month = { $day } { $month }
date-month = { $month } { $year }
instant = { $day } à { $time }, { $zone }
instant-plain = { $day } à { $time }
zone-city = heure : { $city }
zone-utc = UTC

## Informations sur un sous-traitant ultérieur

fact-name = Nom
fact-legal_entity = Entité juridique
fact-address = Adresse
fact-contact = Contact
fact-website = Site web
fact-category = Catégorie
fact-purpose = Finalité
fact-nature = Nature et durée
fact-places = Lieu
fact-countries = Pays
fact-regions = Régions
fact-data_types = Données à caractère personnel
fact-data_subjects = Personnes concernées
fact-products = Produits
fact-transfer_mechanism = Transfert
fact-safeguards = Garanties
fact-affiliate = Société liée à nous
fact-engaged_by = Recruté par
fact-since = Sur cette liste depuis
yes = Oui
no = Non
not-stated = Non indiqué
all-products = Tous les produits
transfer-none-needed = Aucun requis (UE)

## Calendriers
ics-name = Sous-traitants ultérieurs de { $processor }
ics-change = { $headline } ({ $reference })
ics-deadline = Dernière heure pour émettre une objection : { $headline } ({ $reference })
ics-deadline-says = Vous pouvez émettre une objection jusqu’à { $deadline }, par le lien de notre lettre ou en y répondant. Si vous êtes d’accord, vous n’avez rien à faire.
ics-deadline-standard = Selon notre contrat standard, une objection est possible jusqu’à { $deadline }. Si le vôtre prévoit autre chose, notre lettre indique votre délai et votre lien.
log-calendar = calendrier
object-calendar = Ajouter au calendrier (.ics)

## Les modifications en mots

joins = { $name } s’ajoute
joined = { $name } s’est ajouté
leaves = { $name } s’en va
left = { $name } est parti
replaces = { $name } remplace { $old }
replaced = { $name } a remplacé { $old }
region-added = { $name } ajoute une région
region-added-past = { $name } : région ajoutée
data-added = { $name } reçoit d’autres données
data-added-past = { $name } : autres données ajoutées
changes = { $name } change
changed = { $name } a changé
corrected = { $name } : mention rectifiée
from-to = { $fact } : <del>{ $before }</del> devient <ins>{ $after }</ins>.
from-nothing-to = { $fact } : <ins>{ $after }</ins>, non indiqué auparavant.
to-nothing = { $fact } : n’est plus indiqué, auparavant <del>{ $before }</del>.
kind-addition = Ajout
kind-replacement = Remplacement
kind-material_change = Modification du traitement
kind-removal = Retrait
kind-correction = Rectification de la mention, aucun nouveau traitement
kind-and-announced = { $kind }, annoncé le { $day }
kind-in-force = { $kind }, en vigueur depuis le { $day }
badge-open = Ouvert aux objections
badge-announced = Annoncé
badge-held = Suspendu
badge-effective = En vigueur
badge-for-some = En vigueur pour certains
badge-withdrawn = Retiré

## Registre

register-title = Registre
register-h1 = Sous-traitants ultérieurs
register-lede = Les entreprises qui traitent des données à caractère personnel pour { $processor } et ses clients. Aucune n’entre dans cette liste avant que chaque client ait été informé et ait eu le temps d’émettre une objection.
coming-h2 = À venir
changes-of-day = { $count ->
    [one] Une modification
    [many] { $word } de modifications
   *[other] { $word } modifications
}
number-2 = deux
number-3 = trois
number-4 = quatre
number-5 = cinq
number-6 = six
number-7 = sept
number-8 = huit
number-9 = neuf
coming-later = Plus tard, ou également annoncé
coming-none = Aucune modification n’est prévue
coming-none-way = Les abonnés l’apprennent en premier.
point-announced = Annoncé
point-today = Aujourd’hui
point-objections = Objections jusqu’au*
point-objections-plain = Objections jusqu’au
point-in-force = En vigueur à partir du
point-was-planned = Était prévu pour le
point-withdrawn = Retiré
point-effective = En vigueur depuis
coming-footnote = * Selon notre contrat type. Si le vôtre prévoit autre chose, la lettre que vous avez reçue indique votre date et votre lien personnel pour émettre une objection. Pas de lettre ? Écrivez à { $dpo }.
coming-footnote-none = * Selon notre contrat type. Si le vôtre prévoit autre chose, la lettre que vous avez reçue indique votre date et votre lien personnel pour émettre une objection.
coming-footnote-until-effect = Selon notre contrat type, vous pouvez émettre une objection jusqu’à la prise d’effet de la modification. La lettre que vous avez reçue contient votre lien personnel pour le faire.
coming-held = Le jour prévu est venu et cette modification n’a pas pris effet : une de nos conditions n’est pas encore remplie (le délai complet de chaque client est écoulé ; chaque objection émise à temps est tranchée). Nous vous écrirons de nouveau dès qu’une nouvelle date sera fixée.
in-use = { $name } est utilisé depuis le { $day } sans que les délais d’annonce soient écoulés.
was-in-use = { $name } était utilisé depuis le { $day } sans que les délais d’annonce soient écoulés.
for-some = { $headline } : en vigueur depuis le { $day } pour les clients dont le délai est écoulé ; pas encore pour les autres.
past-day = Vous voyez le registre tel qu’il était le { $day }.
past-to-today = Revenir à aujourd’hui
list-h2-today = Utilisés aujourd’hui
list-h2-past = Utilisés le { $day }
filter-search = Recherche
filter-category = Catégorie
filter-all-categories = Toutes les catégories
filter-country = Pays
filter-all-countries = Tous les pays
filter-product = Produit
filter-on = État au
filter-show = Afficher
on-future = Choisissez le { $today } ou une date antérieure. Ce qui est prévu ensuite figure sous « À venir ».
on-not-a-day = Choisissez un jour, par exemple { $today }.
head-name = Sous-traitant ultérieur
caption = { $count ->
    [one] { $count } sous-traitant ultérieur le { $day }, { $order }
    [many] { $count } de sous-traitants ultérieurs le { $day }, { $order }
   *[other] { $count } sous-traitants ultérieurs le { $day }, { $order }
}
caption-filtered = { $shown } sur { $count } sous-traitants ultérieurs le { $day }, { $order }
order-name = par nom
order-name-down = par nom, ordre inverse
order-where = par pays
order-where-down = par pays, ordre inverse
order-transfer = par transfert
order-transfer-down = par transfert, ordre inverse
row-more = Autres informations
row-more-of = sur { $name }
row-changes = Change le { $day }
row-leaves = S’en va le { $day }
empty-nothing-found = Aucun résultat
empty-nothing-found-way = Aucun sous-traitant ultérieur ne correspond à votre recherche.
empty-nothing-found-link = Tout afficher
empty-register = Aucun sous-traitant ultérieur n’est utilisé
empty-register-way = Cette liste est vide à cette date.
empty-before = Le registre ne remonte pas si loin
empty-before-way = Sa première mention date du { $day }.
empty-before-link = Afficher ce jour
empty-not-begun = Le registre est vide
empty-not-begun-way = Rien n’a encore été inscrit.
machine-list = La même liste pour les programmes :
machine-schema = Ce que signifie chaque champ
transfer-h2 = Comment les données peuvent quitter l’Europe
transfer-scc = CCT
transfer-scc-text = Clauses contractuelles types de la Commission européenne, décision (UE) 2021/914.
transfer-idta = IDTA (Royaume-Uni)
transfer-idta-text = International Data Transfer Agreement de l’autorité britannique de protection des données, pour les données venant du Royaume-Uni.
transfer-addendum = Addendum (Royaume-Uni)
transfer-addendum-text = Addendum de l’autorité britannique de protection des données aux clauses contractuelles types européennes, pour les données venant du Royaume-Uni.
transfer-dpf = Data Privacy Framework
transfer-dpf-text = Décision d’adéquation (UE) 2023/1795 pour les entreprises des États-Unis qui se sont certifiées.
transfer-bcr = BCR
transfer-bcr-text = Règles d’entreprise contraignantes approuvées par une autorité de contrôle.
transfer-adequacy = Décision d’adéquation
transfer-adequacy-text = La Commission européenne a constaté que le pays assure un niveau de protection adéquat des données à caractère personnel.
transfer-none = Aucun requis
transfer-none-text = Les données restent dans l’Espace économique européen.
used-with = { $count ->
    [one] Pour { $count } sous-traitant ultérieur.
    [many] Pour { $count } de sous-traitants ultérieurs.
   *[other] Pour { $count } sous-traitants ultérieurs.
}
log-h2 = Journal des modifications
log-empty = Rien n’a encore changé.
log-json = Le journal pour les programmes (JSON)
log-announced = Annoncé
log-rescheduled = Nouvelle date
log-held = Suspendu
log-effective = En vigueur
log-started = En vigueur pour certains
log-withdrawn = Retiré
log-register = Registre
log-opened = { $count ->
    [one] Ouvert avec un sous-traitant ultérieur
    [many] Ouvert avec { $word } de sous-traitants ultérieurs
   *[other] Ouvert avec { $word } sous-traitants ultérieurs
}

## Une modification

change-crumb = Modification
change-title = { $headline } le { $day }
change-title-held = { $headline } : suspendu
change-title-withdrawn = { $headline } : retiré
change-dates = Dates
change-why = Pourquoi
change-who = Qui et quoi
change-before-after = Avant et après
change-rest-stays = Tout le reste demeure inchangé.
change-caption = { $name } : ce qui diffère
comparison-fact = Information
comparison-until = Jusqu’au { $day }
comparison-from = À partir du { $day }
comparison-before = Avant
comparison-after = Après
change-how = Comment émettre une objection
change-how-text = Utilisez le lien personnel de votre lettre, ou répondez à la lettre en commençant par le mot OBJECT. Les deux nous parviennent avec l’heure de leur arrivée, et les deux reçoivent un accusé de réception.
change-how-then = Si vous ne faites rien, la modification s’applique à vous à partir du { $day }. Si vous émettez une objection à temps, elle ne s’applique pas à vous avant que nous ayons répondu.
change-how-then-held = Cette modification est suspendue, et aucune nouvelle date n’est encore connue. Si vous émettez une objection à temps, elle ne s’applique pas à vous avant que nous ayons répondu.
change-no-letter = Vous êtes client et n’avez pas reçu de lettre ? Écrivez à
change-together = Annoncés ensemble
change-history = Ce qui s’est passé
change-objections-hint = { $time }, { $zone }, selon notre contrat type. Votre lettre indique votre propre date.
change-effect-hint = Seulement si le délai complet de chaque client est écoulé et si chaque objection émise à temps est tranchée.
change-removal = { $name } est retiré le { $day }. Vous n’avez rien à faire.
change-held = Cette modification n’a pas pris effet le { $day } et n’est pas appliquée. Une de nos conditions n’est pas encore remplie : le délai complet de chaque client est écoulé, chaque objection émise à temps est tranchée. Nous vous écrirons de nouveau dès qu’une nouvelle date sera fixée.
change-held-stays = Cette modification n’a pas pris effet le { $day } : { $name } traite les données comme jusqu’ici. Une de nos conditions n’est pas encore remplie : le délai complet de chaque client est écoulé, chaque objection émise à temps est tranchée. Nous vous écrirons de nouveau dès qu’une nouvelle date sera fixée.
change-held-in-use = Cette modification n’a pas pris effet le { $day } : une de nos conditions n’est pas encore remplie.
change-withdrawn = Nous avons retiré cette modification. Elle était prévue pour le { $day }. Rien ne change.
change-withdrawn-why = Raison : { $why }
change-in-use = { $name } est utilisé depuis le { $day } sans que les délais d’annonce soient écoulés. Pourquoi : { $why }
change-was-in-use = { $name } a été utilisé à partir du { $day } sans que les délais d’annonce soient écoulés ; le dernier jour est le { $until }. Pourquoi : { $why }
change-for-some = En vigueur depuis le { $day } pour les clients dont le délai est écoulé. Pour chaque autre client, elle commence quand son propre délai est écoulé et que rien de ce qu’il a dit n’est en suspens.
change-emergency = Il s’agit d’une urgence : { $why }

## Un sous-traitant ultérieur

entry-crumb = Sous-traitant ultérieur
entry-in-use = Utilisé
entry-left = N’est plus utilisé
entry-facts = Informations à ce jour
entry-facts-last = Dernières informations
entry-facts-planned = Informations annoncées
entry-chain = Qui fait appel à qui
entry-engages = Fait appel à son tour à
entry-history = Historique
entry-changes = Tous les changements annoncés le concernant
entry-step-stated = Inscrit à l’ouverture du registre
entry-step-joined = Ajouté
entry-step-altered = Modifié
entry-step-left = Retiré
entry-left-on = { $name } n’est plus utilisé depuis le { $day }.
entry-announced = { $name } est annoncé et n’est pas encore utilisé.
entry-never = { $name } avait été annoncé ; le changement a été retiré et il n’a jamais été utilisé.
entry-unknown = Nous n’avons aucun sous-traitant ultérieur de ce nom
entry-unknown-lede = Ni aujourd’hui ni auparavant. Son nom s’écrit peut-être autrement : cherchez-le dans le <a href="/#today">registre</a>.
point-joined = Utilisé depuis le
point-altered = Dernière modification
point-left = N’est plus utilisé depuis le
point-joins = Ajout
point-alters = Modification
point-leaves = Retrait
change-entries = Historique et informations :

## Deux jours comparés

compare-title = Comparer deux jours
compare-h1 = Ce qui a changé entre le { $from } et le { $to }
compare-from = Du
compare-to = Au
compare-show = Comparer
compare-future = Choisissez le { $today } ou un jour antérieur : ce qui est prévu ensuite peut encore être déplacé.
compare-before = Choisissez le { $first } ou un jour ultérieur : le registre commence ce jour-là.
compare-joined = { $count ->
    [one] un sous-traitant ultérieur a été ajouté
    [many] { $word } de sous-traitants ultérieurs ont été ajoutés
   *[other] { $word } sous-traitants ultérieurs ont été ajoutés
}
compare-left = { $count ->
    [one] un a été retiré
   *[other] { $word } ont été retirés
}
compare-altered = { $count ->
    [one] une fiche est différente
    [many] { $word } de fiches sont différentes
   *[other] { $word } fiches sont différentes
}
compare-nothing = Rien n’est différent.
compare-joined-h2 = Ajoutés
compare-left-h2 = Retirés
compare-altered-h2 = Différents
compare-on = Le { $day }
compare-caption = { $name } : ce qui est différent
compare-machine = La même chose pour les programmes :
past-compare = Ce qui est différent aujourd’hui

## S’abonner

subscribe-title = S’abonner
subscribe-h2 = Soyez informé en premier
subscribe-promise = Une lettre par modification, avant sa prise d’effet. Rien d’autre.
subscribe-address = Adresse électronique
subscribe-language = Langue des lettres
subscribe-button = S’abonner
subscribe-or = Ou suivez par
subscribe-or-by = ou
subscribe-bad-address = Vérifiez l’adresse. Elle ressemble à nom@entreprise.example.
subscribe-lede = Les abonnés reçoivent chaque annonce par courriel, sans compte. Un clic suffit pour se désabonner.
wanted-summary = Certains changements seulement
wanted-kinds = Types de changement
wanted-products = Produits
wanted-none = Ne cochez rien pour être informé de tout.
wish-addition = Un sous-traitant ultérieur est ajouté
wish-replacement = L’un en remplace un autre
wish-material_change = L’un traite les données autrement ou ailleurs
wish-removal = Un sous-traitant ultérieur est retiré
wish-everything = Tous les changements
wish-of-products = { $kinds } ; produits : { $products }
confirm-only = Votre choix : <b>{ $what }</b>.
manage-wanted = Vous êtes informé de
manage-choices = Vos choix
subscribed-title = Encore une étape : consultez votre messagerie
subscribed-lede = Si <b>{ $address }</b> peut être abonnée, une lettre contenant un lien est en route. Ouvrez le lien et appuyez sur <b>Confirmer</b>. D’ici là, vous n’êtes pas abonné.
subscribed-no-letter = Pas de lettre après dix minutes ?
subscribed-no-letter-text = Regardez dans le dossier des indésirables. Le lien est valable sept jours. Vous pouvez <a href="/subscribe">en demander un autre</a>.
subscribed-same = Nous disons la même chose pour chaque adresse, afin que personne ne puisse découvrir ici qui est abonné.
confirm-title = Voulez-vous recevoir ces annonces ?
confirm-lede = Nous écrivons à <b>{ $address }</b> avant qu’un sous-traitant ultérieur de { $processor } change. Une lettre par modification, rien d’autre.
confirm-button = Confirmer
confirm-nothing = Rien ne se passe avant que vous appuyiez sur le bouton. Si vous n’avez rien demandé, fermez cette page : vous n’aurez pas de nos nouvelles.
confirmed-title = Vous êtes abonné
confirmed-lede = Nous écrivons à <b>{ $address }</b> avant qu’un sous-traitant ultérieur change.
confirmed-already = Ce lien a déjà rempli son office ; vous êtes abonné.
manage-link = Gérer cet abonnement
confirm-expired-title = Ce lien a expiré
confirm-expired-lede = Les liens sont valables sept jours. Demandez-en un nouveau avec le bouton ; il arrive par courriel à la même adresse.
confirm-expired-button = Envoyer un nouveau lien
confirm-left-title = Vous êtes désabonné
confirm-left-lede = Cette adresse était abonnée et s’est désabonnée depuis. Abonnez-vous de nouveau pour recevoir les annonces.
unknown-link-title = Nous ne connaissons pas ce lien
unknown-link-lede = Copiez l’adresse entière depuis la lettre, elle a peut-être été coupée en deux. Ce que vous vouliez nous écrire, vous pouvez aussi l’envoyer à { $dpo }.
unknown-link-lede-none = Copiez l’adresse entière depuis la lettre, elle a peut-être été coupée en deux.
manage-title = Votre abonnement
manage-lede = Les lettres sont envoyées à { $address }.
manage-title-contact = Vos annonces
manage-lede-contact = Les lettres sur les sous-traitants ultérieurs destinées à { $customer } sont envoyées à { $address }, parce que le contrat désigne cette adresse.
manage-facts = Ce que nous savons de vous
manage-address = Adresse
manage-language = Langue
manage-since = Abonné depuis
manage-state = État
manage-state-active = Les lettres sont envoyées
manage-state-left = Pas de lettres : vous vous êtes désabonné
manage-state-suppressed = Pas de lettres : { $why }
manage-save = Enregistrer
manage-saved = Vos choix sont enregistrés. Ils valent pour ce qui sera annoncé désormais.
leave-h2 = Se désabonner
leave-says = Vous ne recevrez plus de lettres de cette liste. Le registre reste ouvert à tous.
leave-button = Se désabonner
leave-contact-h2 = Vous n’êtes pas la bonne personne ?
leave-contact-says = { $customer } a convenu avec nous qu’une personne y reçoit ces annonces ; cette adresse ne peut donc pas simplement partir. Indiquez qui doit les recevoir à la place ; notre délégué à la protection des données s’en occupe. D’ici là, elles vous parviennent.
unsubscribe-title = Quitter cette liste ?
unsubscribe-lede = <b>{ $address }</b> ne recevra plus de lettres sur les sous-traitants ultérieurs de { $processor }.
unsubscribed-title = Vous êtes désabonné
unsubscribed-lede = <b>{ $address }</b> ne recevra plus de lettres de cette liste.
unsubscribed-again = Appuyé par erreur ? <a href="/subscribe">S’abonner de nouveau</a>.
unsubscribe-contact-title = Qui doit recevoir ces annonces ?
unsubscribe-contact-lede = Le contrat avec { $customer } désigne <b>{ $address }</b> pour les annonces sur les sous-traitants ultérieurs. Nous les lui devons ; elle ne peut donc pas partir sans successeur.
unsubscribe-contact-address = Adresse du successeur
unsubscribe-contact-name = Nom
unsubscribe-contact-button = Désigner le successeur
unsubscribe-contact-done-title = Merci, nous nous en occupons
unsubscribe-contact-done-lede = Notre délégué à la protection des données vérifie auprès de { $customer }, puis écrit à <b>{ $successor }</b>. D’ici là, les annonces parviennent à <b>{ $address }</b>.

## Page d’objection

object-for = Pour { $customer } · { $change }
object-title-one = { $headline } à partir du { $day }
object-title-several = { $changes } à partir du { $day }
object-title-several-first = { $changes }, la première à partir du { $day }
object-when = { $label } : { $day }
object-headline-addition = { $processor } prévoit de recourir à un nouveau sous-traitant ultérieur, { $name }.
object-headline-replacement = { $processor } prévoit de remplacer { $old } par { $name }.
object-headline-material_change = { $processor } prévoit de modifier la façon dont { $name } traite vos données.
object-headline-removal = { $processor } prévoit de ne plus recourir à { $name }.
object-headline-correction = { $processor } a rectifié la mention de { $name }.
object-headline-several = { $processor } prévoit { $word } modifications de ses sous-traitants ultérieurs.
object-headline-steps = { $processor } prévoit { $word } modifications de ses sous-traitants ultérieurs : { $steps }.
object-specific = { $processor } demande à { $customer } d’autoriser { $name }. Sans votre oui, { $name } n’est pas utilisé pour vos données. Pour refuser, utilisez le formulaire.
object-specific-altered = { $processor } demande à { $customer } d’autoriser la modification chez { $name }. Sans votre oui, { $name } reste tel quel pour vos données. Pour refuser, utilisez le formulaire.
object-anew = { $headline } : nous l’annonçons à nouveau. Une nouvelle lettre, avec ses dates, vous est adressée.
object-silent = { $headline } : { $customer } ne l’a pas autorisé avant la fin de son délai, donc { $name } n’est pas utilisé pour vos données.
object-silent-altered = { $headline } : { $customer } ne l’a pas autorisé avant la fin de son délai, donc { $name } reste tel quel pour vos données.
object-authorise-by-letter = Pour l’autoriser, un de vos contacts pour la protection des données répond à notre lettre.
object-authorised = { $customer } a autorisé { $name }. Jusqu’au début, vous pouvez revenir sur cette autorisation en répondant à notre lettre.
authorise-h2 = { $customer } autorise-t-il { $name } ?
authorise-says = Vous répondez pour { $customer } en tant que { $address }. Votre oui compte dès cet instant ; il est conservé avec son heure comme preuve.
authorise-button = Oui, autoriser { $name }
object-answer = Autoriser ou refuser
object-until = Vous pouvez émettre une objection jusqu’à { $deadline }
object-until-answered = Veuillez répondre jusqu’à { $deadline }
object-until-effect = Vous pouvez émettre une objection jusqu’à la prise d’effet de la modification, au plus tôt { $deadline }
object-until-effect-answered = Veuillez répondre avant que la modification ne prenne effet, au plus tôt { $deadline }
object-until-effect-held = Vous pouvez émettre une objection jusqu’à la prise d’effet de la modification ; elle est suspendue, et aucune nouvelle date n’est encore connue
object-until-after-start = Vous pouvez émettre une objection jusqu’à { $deadline }, même maintenant que cela a commencé
object-closed = Votre délai a pris fin { $deadline }
object-closed-line = Vous pouvez toujours nous écrire : nous le conservons, le marquons comme tardif et y répondons. À lui seul, cela n’arrête pas la modification.
object-closed-line-no-yes = Vous pouvez toujours nous écrire : nous le conservons, le marquons comme tardif et y répondons. Sans votre oui, la modification ne prend pas effet pour vos données.
object-not-served = Votre délai n’a pas commencé
object-not-served-line = Nous n’avons pas encore pu vous remettre la lettre. Vous pouvez émettre une objection dès maintenant ; votre délai commence quand la lettre vous est parvenue.
object-exempt = Cette modification n’exige pas d’annonce à votre égard
object-informed = Vous en êtes informé parce que vous l’avez demandé
object-exempt-line = Vous pouvez néanmoins nous écrire à son sujet : nous le conservons et y répondons.
object-not-asked = Vous n’avez rien à faire
object-not-asked-line = Le retrait d’un sous-traitant ultérieur n’est soumis à personne. Vous pouvez néanmoins nous écrire à son sujet : nous le conservons et y répondons.
object-bar = { $passed } jours sur { $all } sont passés
object-left = { $count ->
    [0] <b>Aujourd’hui est le dernier jour</b> de votre délai.
    [one] <b>Encore un jour</b> de votre délai.
    [many] <b>Encore { $count } de jours</b> de votre délai.
   *[other] <b>Encore { $count } jours</b> de votre délai.
}
object-no-need = Pas d’objection ? Vous n’avez rien à faire et pouvez fermer cette page.
object-need-yes = Nous avons besoin de votre oui. Sans nouvelles de vous, c’est un refus.
object-need-none = Nous avons votre réponse. Vous n’avez rien d’autre à faire et pouvez fermer cette page.
object-follows = Ce qui s’ensuit
object-if = Si vous émettez une objection
object-if-refuse = Si vous refusez
object-if-text = { $name } n’est pas utilisé pour vos données tant que votre objection n’est pas tranchée comme votre contrat le prévoit. Vous recevez aussitôt un accusé de réception, et une réponse au plus tard le { $answer }.
object-if-altered = Pour vos données, { $name } reste tel quel tant que votre objection n’est pas tranchée comme votre contrat le prévoit. Vous recevez aussitôt un accusé de réception, et une réponse au plus tard le { $answer }.
object-if-several = Aucune modification contre laquelle vous émettez une objection ne prend effet pour vos données tant que votre objection n’est pas tranchée comme votre contrat le prévoit. Vous recevez aussitôt un accusé de réception, et une réponse au plus tard le { $answer }.
object-if-after-start = Nous cessons d’utiliser { $name } pour vos données, ou réglons la question avec vous comme votre contrat le prévoit. Vous recevez aussitôt un accusé de réception, et une réponse au plus tard le { $answer }.
object-if-after-start-altered = Nous revenons, pour vos données chez { $name }, au traitement antérieur, ou réglons la question avec vous comme votre contrat le prévoit. Vous recevez aussitôt un accusé de réception, et une réponse au plus tard le { $answer }.
object-if-removal = Vous recevez aussitôt un accusé de réception, et une réponse au plus tard le { $answer }.
object-if-not = Si vous ne faites rien
object-if-not-text = Nous considérons que vous n’émettez pas d’objection. La modification prend effet au plus tôt le { $day }.
object-if-not-held = Nous considérons que vous n’émettez pas d’objection. La modification est suspendue, et aucune nouvelle date n’est encore connue.
object-if-not-after-start = Nous considérons que vous n’émettez pas d’objection. L’utilisation se poursuit.
object-if-not-after-start-altered = Nous considérons que vous n’émettez pas d’objection. La modification reste en vigueur.
object-if-not-specific = Votre contrat considère le silence comme un refus : sans votre oui, aucune utilisation pour vos données.
object-if-not-specific-altered = Votre contrat considère le silence comme un refus : sans votre oui, la modification ne prend pas effet pour vos données.
object-if-not-several = Nous considérons que vous n’émettez pas d’objection. Les modifications prennent effet au plus tôt le { $day }.
object-if-not-several-held = Nous considérons que vous n’émettez pas d’objection. Les modifications sont suspendues, et aucune nouvelle date n’est encore connue.
object-if-not-of = Si vous ne faites rien : { $headline }
object-if-not-objected = Votre objection demeure, et nous y répondons.
object-if-not-authorised = Votre oui demeure. La modification prend effet au plus tôt le { $day }.
object-if-not-authorised-held = Votre oui demeure. La modification est suspendue, et aucune nouvelle date n’est encore connue.
object-if-not-authorised-several = Votre oui demeure. Les modifications prennent effet au plus tôt le { $day }.
object-if-not-authorised-several-held = Votre oui demeure. Les modifications sont suspendues, et aucune nouvelle date n’est encore connue.
object-late-does = Ce que fait une objection tardive
object-late-does-text = Vous recevez aussitôt un accusé de réception, et une réponse au plus tard le { $answer }. À elle seule, elle n’arrête pas la modification. L’avez-vous envoyée plus tôt, ou par une autre voie ? Dites-nous quand et comment : une arrivée antérieure compte.
object-late-does-text-no-yes = Vous recevez aussitôt un accusé de réception, et une réponse au plus tard le { $answer }. Sans votre oui, la modification ne prend pas effet pour vos données, que vous émettiez une objection ou non.
object-h2 = Émettre une objection
object-h2-refuse = Refuser
object-h2-late = Nous écrire
object-h2-add = Compléter votre objection
object-which = Contre quelles modifications émettez-vous une objection ?
object-which-refuse = Quelles modifications refusez-vous ?
object-grounds = Vos raisons (vous pouvez les ajouter plus tard)
ground-transfer = Transfert hors de notre région
ground-data = Nature des données
ground-security = Sécurité du sous-traitant ultérieur
ground-law = Notre propre droit ou nos contrats l’interdisent
ground-other = Une autre raison
object-text = Dans vos propres mots
object-text-hint = Une phrase suffit. Que faudrait-il changer ?
object-text-hint-reasons = Votre contrat demande des raisons liées à la protection des données. Envoyez l’objection à temps ; ajoutez les raisons dès que vous le pouvez.
object-file = Un fichier, si vous voulez
object-file-hint = PDF, image, texte ou document bureautique, jusqu’à { $limit } Mo. Il est conservé avec votre objection comme preuve.
object-file-again = Votre fichier { $name } n’est pas encore enregistré. Veuillez le choisir à nouveau.
object-file-too-large = Le fichier dépasse { $limit } Mo et n’a pas été conservé. Choisissez-en un plus petit ; ce que vous avez écrit est toujours là.
object-file-of-no-kind = Le fichier n’est d’aucun de ces types et n’a pas été conservé. Choisissez-en un autre ; ce que vous avez écrit est toujours là.
talk-file = Fichier : { $name }
object-condition = Pourriez-vous l’accepter sous une condition ? Laquelle ? (facultatif)
object-behalf = Au nom de (seulement si vous agissez pour une autre organisation)
object-name = Votre nom et votre fonction (facultatif)
object-button = Envoyer l’objection
object-button-refuse = Envoyer le refus
object-button-late = Envoyer l’objection tardive
object-button-add = Envoyer
object-question = J’ai seulement une question
object-question-subject = { $change } : une question
object-under = Rien n’est envoyé avant que vous appuyiez sur un bouton. Vous recevez aussitôt un accusé de réception par courriel ; des copies vont aux contacts chargés de la protection des données que { $customer } a désignés.
object-empty = Écrivez une phrase ou cochez une modification, pour que nous sachions contre quoi vous émettez une objection.
object-too-long = C’est plus que ce que nous pouvons recevoir en une fois ({ $limit } caractères). Raccourcissez, ou envoyez le reste par courriel.
object-problem = Votre objection n’a pas encore été envoyée
object-your-notice = Votre annonce
object-agreement = Contrat
object-reached = Annonce remise
object-sent-to = Envoyée à
object-read-letter = Lire la lettre
object-belongs = Cette page appartient à { $customer }. Quiconque en a l’adresse peut émettre une objection en son nom.
object-uses = Nous utilisons ce que vous envoyez ici uniquement pour traiter cette objection et pour prouver comment nous l’avons traitée. { $processor }, { $dpo }
object-second = Vous avez émis une objection le { $received } ({ $reference }). Ce que vous écrivez maintenant y est ajouté.
object-somebody = { $customer } a déjà émis une objection ({ $reference }, { $received }). Vous pouvez la compléter.
object-subscriber = Vous recevez nos lettres parce que vous les avez demandées. L’objection est un droit de nos clients : si vous écrivez pour l’un d’eux, nommez-le, et votre message compte dès l’instant où il nous parvient.
object-see-status = Voir où elle en est
object-withdrawn = { $headline } : cette modification a été retirée. Rien ne change ; il n’y a pas lieu d’émettre une objection.
object-nothing-left = Il n’y a plus rien contre quoi émettre une objection.
object-over-title = Cette modification a été retirée
object-over-lede = Elle a été retirée avant l’arrivée de votre message : il n’y a pas lieu d’émettre une objection, et ce que vous avez écrit n’a <b>pas été conservé</b>.
object-over-yours = Ce que vous avez écrit
object-in-force = { $headline } : en vigueur pour vous depuis le { $day }.
object-not-yet = { $headline } : en vigueur pour certains clients, pas pour vous : quelque chose de votre côté est encore en suspens ou en cours.
object-held = { $headline } : n’a pas commencé le { $day } et n’est pas utilisé pour vos données. Nous vous écrirons de nouveau dès qu’une nouvelle date sera fixée.
object-held-stays = { $headline } : n’a pas commencé le { $day }. { $name } traite vos données comme jusqu’ici. Nous vous écrirons de nouveau dès qu’une nouvelle date sera fixée.
object-former = Ce lien appartenait à une adresse que { $customer } n’utilise plus. Vous pouvez néanmoins envoyer une objection ; elle est vérifiée auprès de { $customer }. Les messages antérieurs ne sont pas affichés ici.
object-was-resolved = Votre objection du { $received } ({ $reference }) est tranchée.
object-is-in-force = En vigueur pour vous depuis le { $day }
object-in-use = { $headline } : utilisé depuis le { $day } sans que les délais d’annonce soient écoulés.
object-former-kept = Nous conservons ce que vous avez envoyé et le vérifions auprès de { $customer }.
object-unknown-title = Nous ne connaissons pas ce lien
object-unknown-lede = Répondez à notre lettre ou écrivez à { $dpo } ; ce qui compte, c’est le moment où votre message nous parvient.
object-unknown-lede-none = Répondez à notre lettre ; ce qui compte, c’est le moment où votre message nous parvient.
object-too-many = Tant de choses sont arrivées par ce lien en peu de temps que ceci n’a <b>pas</b> été enregistré. Votre texte est toujours dans le formulaire : appuyez de nouveau sur le bouton dans { $wait }, ou répondez dès maintenant à notre lettre. Ce qui compte, c’est le moment où cela nous parvient.
object-broke = Une erreur s’est produite de notre côté et votre objection n’a <b>pas</b> été enregistrée. Votre texte est toujours dans le formulaire : appuyez de nouveau sur le bouton, ou répondez à notre lettre.

## Accusé de réception et état

objection-title = Votre objection nous est parvenue
objection-title-late = Votre objection nous est parvenue, après votre délai
objection-title-status = Votre objection
receipt-h2 = Accusé de réception
receipt-in-time = Reçue le { $received }. <b>À temps</b> : votre délai court jusqu’à { $deadline }.
receipt-in-time-effect = Reçue le { $received }. <b>À temps.</b>
receipt-late = Reçue le { $received }. <b>Après votre délai</b> ({ $deadline }). Nous la conservons et y répondons au plus tard le { $answer }.
receipt-late-effect = Reçue le { $received }, <b>après la prise d’effet de la modification</b>. Nous la conservons et y répondons au plus tard le { $answer }.
receipt-admitted = Reçue le { $received }, après votre délai ({ $deadline }). <b>Nous l’avons admise</b> : elle compte comme si elle était arrivée à temps, et la modification l’attend.
receipt-unlinked = Reçue le { $received }. Nous vérifions auprès de { $customer } qu’elle vient de là ; elle compte à partir de ce moment.
receipt-answer = Nous répondons au plus tard le { $answer }.
receipt-mail = Un accusé de réception est en route vers { $addresses }.
receipt-mail-waiting = Votre objection est en sécurité chez nous. L’accusé de réception par courriel n’est pas encore parti ; notez le numéro.
status-h2 = Où elle en est
status-received = Reçue
status-now = Maintenant
status-lodged = Reçue
status-acknowledged = Accusé de réception envoyé
status-under_review = À l’examen
status-resolved = Tranchée
status-answer = Notre réponse au plus tard le
status-outcome = Issue
status-open = Ouverte
meanwhile-not-used = { $name } n’est pas utilisé pour vos données tant que ceci est ouvert.
meanwhile-not-changed = Pour vos données, { $name } reste tel quel tant que ceci est ouvert.
meanwhile-after-start = Nous cessons d’utiliser { $name } pour vos données, ou réglons la question avec vous comme votre contrat le prévoit.
meanwhile-late = Cette objection est marquée comme tardive : à elle seule, elle n’arrête pas la modification.
outcome-accommodated = Satisfaite
outcome-mitigated = Réglée sous une condition
outcome-withdrawn = Retirée
outcome-terminated = Fin du service
outcome-change_withdrawn = Modification retirée
outcome-not_upheld = Non retenue
outcome-lapsed = Délai écoulé
outcome-not_entitled = Pas du client
outcome-says-accommodated = { $name } n’est pas utilisé pour vos données. { $reason }
outcome-says-mitigated = Réglée sous cette condition : { $condition }. { $reason }
outcome-says-withdrawn = Vous l’avez retirée. { $reason }
outcome-says-terminated = Le service concerné prend fin le { $day } ; d’ici là, { $name } n’est pas utilisé pour vos données. { $reason }
outcome-says-change_withdrawn = Nous avons abandonné la modification. { $reason }
outcome-says-not_upheld = Nous ne l’avons pas suivie, pour ces raisons : { $reason }
outcome-says-not_upheld-remedies = Votre contrat vous donne alors : { $remedies }, jusqu’au { $day }.
outcome-says-lapsed = Le temps que votre contrat accorde pour régler la question est écoulé ; il prévoit : { $reason }
outcome-says-lapsed-until = Cela vaut jusqu’au { $day }.
outcome-says-not_entitled = Les contacts de votre organisation ont été consultés : la personne qui a écrit ceci ne parle pas en son nom. { $reason }
talk-h2 = Ce qui a été dit
talk-you = Vous, par le lien personnel
talk-us = Délégué à la protection des données, { $processor }
talk-grounds = Raisons : { $grounds }
talk-condition = Acceptable sous cette condition : { $condition }
talk-behalf = Au nom de { $behalf }
talk-add = Ajouter un message
talk-send = Envoyer le message
about-objection = À propos de cette objection
about-change = Modification
about-agreement = Votre contrat
about-by = Reçue
about-channel-link = Par le lien personnel
about-channel-reply = En réponse à notre lettre
about-channel-console = Saisie par nous
about-channel-api = Par un programme à vous
about-channel-letter = Par courrier postal
about-channel-phone = Par téléphone
about-channel-ticket = Par une demande d’assistance
about-channel-meeting = Lors d’une réunion
keep-page = Gardez cette page : son adresse figure dans votre accusé de réception, et elle montre ce que devient votre objection.
to-object-page = La modification et vos dates
receipt-file = Enregistrer cet accusé dans un fichier
take-back-link = La retirer
take-back-title = Retirer l’objection { $reference } ?
take-back-lede = { $customer } ne s’oppose alors plus : { $changes }. La modification peut prendre effet pour { $customer }, et vos autres contacts pour la protection des données apprennent que vous l’avez retirée.
take-back-button = Retirer l’objection
take-back-not = Maintenir l’objection

## Lettre

letter-title = Lettre { $reference }
letter-lede = Nous avons envoyé cette lettre à { $address } : { $sent }.
letter-lede-waiting = Cette lettre à { $address } n’est pas encore partie.
letter-genuine = <b>Authentique.</b> Vous êtes sur le site de { $processor }, et nous avons écrit la lettre { $reference }.
letter-planned = Début prévu
held-no-day = Suspendu ; aucune nouvelle date n’est encore connue
letter-until = Objection possible jusqu’à
letter-until-effect = Objection possible jusqu’à la prise d’effet de la modification
letter-was-until = Votre délai a pris fin
letter-object = Émettre une objection, ou voir vos dates
letter-dates = Voir vos dates
letter-today = Aujourd’hui
letter-as-sent = La lettre telle qu’elle a été envoyée
letter-not-kept = Le texte de cette lettre n’est plus conservé.


## Quand quelque chose ne va pas

error-not-found = Cette page n’existe pas
error-not-found-lede = L’adresse a peut-être été coupée ou mal saisie.
error-method = Cette page n’accepte pas cela
error-method-lede = Ouvrez de nouveau la page et utilisez ses boutons.
error-too-large = C’est trop en une fois
error-too-large-lede = Envoyez-en moins, ou envoyez-le par courriel.
too-many-again = Tant de choses sont arrivées de votre réseau en peu de temps que rien n’a été envoyé. Appuyez de nouveau sur le bouton dans { $wait }.
too-many-form = Tant de choses sont arrivées de votre réseau en peu de temps que rien n’a été envoyé. Ce que vous avez saisi est toujours là : appuyez de nouveau sur le bouton dans { $wait }.
wait-a-minute = une minute
wait-minutes = { $minutes } minutes
error-too-many = Un instant
error-too-many-lede = Trop de choses sont arrivées de votre réseau en peu de temps. Réessayez dans { $wait }. Votre objection compte à partir du moment où elle nous parvient, y compris par courriel.
error-form = Le formulaire n’est pas arrivé entier
error-form-lede = Revenez en arrière et appuyez de nouveau sur le bouton.
error-cross = Cette demande venait d’un autre site
error-cross-lede = Pour votre sécurité, nous n’acceptons que les formulaires de nos propres pages. Ouvrez de nouveau la page et appuyez sur son bouton.
error-away = Nous ne pouvons rien enregistrer en ce moment
error-away-lede = Rien n’a été envoyé ni modifié. Réessayez dans une minute, ou répondez à notre lettre : ce qui compte, c’est le moment où votre message nous parvient.
error-broke = Une erreur s’est produite de notre côté
error-broke-lede = Rien n’a été modifié. Réessayez dans une minute. Si vous nous écrivez à ce sujet, indiquez { $reference }.
error-slow = Cela a pris trop de temps
error-slow-lede = Rien n’a été modifié. Réessayez dans une minute.

# Ce qu’est une réponse.
reply-objection-title = Votre réponse est-elle une objection ?
reply-objection-lede = Appuyez sur le bouton, et votre réponse compte comme une objection contre <b>{ $subprocessor }</b> à partir du moment où elle nous est parvenue.
reply-objection-button = Oui, j’émets une objection
reply-question-title = Votre réponse est-elle une question ou un commentaire ?
reply-question-lede = Appuyez sur le bouton, et votre réponse est lue et reçoit une réponse, et la modification ne l’attend pas. Vous pouvez toujours émettre une objection contre <b>{ $subprocessor }</b> avant la fin de votre délai.
reply-question-button = C’est une question ou un commentaire
reply-nothing = Rien n’est envoyé avant que vous appuyiez sur le bouton.
reply-said-objection-title = Votre réponse est une objection
reply-said-objection-lede = Elle compte à partir du moment où elle nous est parvenue. Un accusé de réception avec son numéro arrive par courriel, et { $subprocessor } n’est pas utilisé pour vos données tant qu’elle n’est pas tranchée comme votre contrat le prévoit.
reply-said-question-title = Votre réponse est lue et reçoit une réponse
reply-said-question-lede = Elle ne retient pas { $subprocessor }. Si vous émettez bien une objection, utilisez le lien de la lettre, ou répondez-y en commençant par le mot OBJECT.
reply-back = Tous les sous-traitants ultérieurs

## Cette lettre est-elle authentique ?

genuine-title = Cette lettre est-elle authentique ?
genuine-lede = Chaque lettre de { $processor } porte un code vers la fin. Saisissez-le ici, et nous disons de quelle lettre il s’agit. Rien n’est dit de son destinataire.
genuine-code = Code figurant dans la lettre
genuine-hint = 20 caractères qui commencent par « g- »
genuine-button = Vérifier
genuine-ours = <b>{ $processor } a écrit cette lettre.</b> Comparez ce qu’elle dit avec ce qui figure ici : là où les deux diffèrent, quelqu’un l’a modifiée.
genuine-what = De quoi il s’agit
genuine-number = Numéro
genuine-sent = Envoyée
genuine-not-sent = Pas encore
genuine-from = Nos expéditeurs
genuine-about = Elle concerne
genuine-planned = Prévu pour le { $day }
genuine-links = Ses liens commencent par <b>{ $site }</b>. Un lien qui mène ailleurs n’est pas de nous, quelle que soit l’apparence de la lettre.
genuine-unknown = Aucune de nos lettres ne porte ce code. Cherchez une faute de frappe.
genuine-number-typed = C’est un numéro que plusieurs lettres peuvent porter. Le code commence par « g- » et figure en petits caractères à la fin de la lettre.
genuine-not-ours = Si le code figure exactement ainsi dans la lettre, <b>elle n’est pas de nous</b>. N’ouvrez ni ses liens ni ses fichiers. Prévenez notre délégué à la protection des données : <a href="mailto:{ $dpo }">{ $dpo }</a>.
genuine-not-ours-none = Si le code figure exactement ainsi dans la lettre, <b>elle n’est pas de nous</b>. N’ouvrez ni ses liens ni ses fichiers.
genuine-kind-announcement = Avis d’un changement prévu
genuine-kind-reminder = Rappel d’un délai d’objection
genuine-kind-rescheduled = Avis d’une nouvelle date
genuine-kind-withdrawn = Avis du retrait d’un changement
genuine-kind-held = Avis qu’un changement attend
genuine-kind-effective = Avis qu’un changement est en vigueur
genuine-kind-corrected = Rectification d’une lettre antérieure
genuine-kind-confirmation = Un lien qui confirme une adresse
genuine-kind-answer = Réponse à un message du lecteur
genuine-kind-other = Une autre lettre de notre part

mine-link = Tout ce qui vous concerne : votre registre
mine-title = Le registre pour { $customer }
mine-lede = Ce que { $processor } utilise pour vos données, ce qui est prévu, et les lettres que vous avez reçues. État au { $day }.
mine-list-h2 = Les sous-traitants ultérieurs et vos données
mine-list-empty = Aucun sous-traitant ultérieur n’est utilisé.
mine-caption = État au { $day }, par nom
mine-your-data = Vos données
mine-used = Utilisé
mine-excluded = Pas utilisé pour vos données
mine-not-covered = Pas pour vos produits
mine-not-yet = Pas encore
mine-kept-back = Retenu
mine-until = Vous pouvez vous opposer jusqu’au { $deadline }.
mine-was-until = Vous pouviez vous opposer jusqu’au { $deadline }.
mine-not-owed = Votre contrat ne demande pas de notification à ce sujet.
mine-not-asked = Vous n’avez rien à faire.
mine-planned-end = Fin prévue
mine-agreements-h2 = Vos contrats et leurs produits
mine-all-products = Tous les produits
mine-letters-h2 = Les lettres que vous avez reçues
mine-letters-none = Aucune pour l’instant.
mine-contacts-h2 = Qui reçoit vos lettres
mine-you = vous
mine-unreachable = Injoignable
