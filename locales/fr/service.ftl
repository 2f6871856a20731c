# Abonnement. Les messages au délégué à la protection des données sont en anglais, comme la ligne de commande.
confirmation-subject = Veuillez confirmer : les annonces de { $processor } sur les sous-traitants ultérieurs
confirmation-head = Quelqu’un, vous sans doute, a demandé pour cette adresse les annonces de { $processor } sur les modifications de sous-traitants ultérieurs.
confirmation-how = Pour les recevoir, ouvrez cette page et appuyez sur le bouton :
confirmation-valid = Le lien est valable jusqu’à { $valid_until }.
confirmation-not-you = Si ce n’était pas vous, vous n’avez rien à faire : c’est la seule lettre que vous recevrez.
confirmation-what = Vous recevrez ensuite une lettre avant qu’un sous-traitant ultérieur s’ajoute, change ou s’en aille, à temps pour émettre une objection si vous êtes client. Un clic dans chaque lettre suffit pour arrêter.
confirmation-preheader = Un clic, et nous vous écrivons avant qu’un sous-traitant ultérieur change.
