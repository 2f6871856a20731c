# Ce que toutes les lettres ont en commun.
list-comma = { $first }, { $rest }
list-and = { $first } et { $last }
products-all = tous nos produits
reader-you = votre adresse
reader-organisation = votre organisation

clause-both = { $clause }, { $document }
clause-only = { $clause } de votre contrat de sous-traitance
clause-none = votre contrat de sous-traitance

greeting = Bonjour { $contact_name },
    .team = Bonjour à l’équipe de protection des données de { $customer },
    .nobody = Bonjour,

brand = Annonce sur les sous-traitants ultérieurs
nothing-to-do = Vous n’avez rien à faire.
no-objection-no-action = Si vous n’avez pas d’objection, vous n’avez rien à faire.

label-colon =  :
label-planned-start = Début prévu
label-planned-end = Fin prévue
label-ended = Plus utilisé depuis
label-until = Objection possible jusqu’à
label-answer-by = Veuillez répondre avant la fin de ce délai
label-your-deadline = Votre délai
label-started = Commencé
label-not-before = Pas avant

until-effect = la prise d’effet de la modification, au plus tôt { $instant }

button-object = Lire et émettre une objection
button-answer = Lire et répondre
button-details = Lire les détails
button-confirm = Confirmer votre abonnement
button-status = Voir où elle en est
button-console = Ouvrir la console

preheader-until = Vous pouvez émettre une objection jusqu’à { $deadline }.
preheader-answer-by = Veuillez répondre avant la fin de ce délai : { $deadline_at }.
preheader-start = Début prévu : { $effective }.

signature = { $dpo_name }, { $processor_legal }
signature-full = { $dpo_name }, { $processor_legal }, { $postal_address }, { $dpo_address }
signature-lines = { $dpo_name }
    .company = { $processor_legal }
    .address = { $postal_address }

footer-contact = Vous recevez cette lettre parce que { $customer } a désigné cette adresse pour de telles annonces. Ce n’est pas de la publicité, elle n’a donc pas de lien de désabonnement. Pour désigner quelqu’un d’autre :
footer-subscriber = Vous avez demandé ces annonces le { $subscribed_on }. Émettre une objection est un droit de nos clients : si vous écrivez pour l’un d’eux, indiquez-nous son nom dans votre réponse, et votre message compte à partir du moment où il nous est parvenu. Arrêter ces courriels :
footer-genuine = Authentique ? La même lettre, { $notice_ref }, figure sur notre propre site :
footer-check = Pour vérifier sans lien, cherchez { $change_ref } dans notre liste publique des sous-traitants ultérieurs, ou saisissez le code { $letter_code } sur { $genuine_url }
footer-code = Authentique ? Saisissez le code { $letter_code } sur { $genuine_url }
footer-register = Tous les sous-traitants ultérieurs :
footer-calendar = Votre délai pour votre calendrier :
    .changes = Nos changements pour votre calendrier :
footer-current-list = Notre liste actuelle :
footer-customer = Pour { $customer }
    .with-reference = Pour { $customer }, chez nous { $customer_reference }
