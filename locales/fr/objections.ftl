# 5. Accusé de réception d’une objection.
receipt-subject = Accusé de réception { $objection_ref } : votre objection contre { $subprocessor } ({ $change_ref })
receipt-lead = Votre objection nous est parvenue.
receipt-head = Numéro { $objection_ref }, reçue le { $received } : à temps
    .deadline = (votre délai : { $deadline }).
    .deadline-until-effect = (vous pouvez émettre une objection jusqu’à { $deadline }).
    .late = Numéro { $objection_ref }, reçue le { $received } : après votre délai ({ $deadline }).
    .plain = Numéro { $objection_ref }, reçue le { $received }.
receipt-now = Vous n’avez rien à faire maintenant. Nous répondons au plus tard le { $answer_due }.
receipt-blocked = Tant qu’elle n’est pas tranchée, { $subprocessor } { $count ->
        [one] n’est pas utilisé
       *[other] ne sont pas utilisés
    } pour vos données.
    .stays = Tant qu’elle n’est pas tranchée, { $subprocessor } { $count ->
        [one] reste tel quel
       *[other] restent tels quels
    } pour vos données.
    .mixed = Tant qu’elle n’est pas tranchée, rien de nouveau ne commence pour vos données.
receipt-late = Nous la conservons et y répondons au plus tard le { $answer_due }.
    .rest = À elle seule, elle n’arrête pas la modification. L’avez-vous envoyée plus tôt, ou par une autre voie ? Dites-nous quand et comment : une arrivée antérieure compte.
    .some = Contre { $subprocessor }, elle est arrivée trop tard : à elle seule, elle n’y arrête rien. Nous y répondons tout de même.
receipt-unknown = Pour quel client écrivez-vous ?
    .rest = Répondez en indiquant son nom : votre objection compte alors à partir du moment ci-dessus. Émettre une objection est un droit de nos clients ; venant de toute autre personne, nous la lisons et y répondons comme à un commentaire.
receipt-in-force = { $subprocessor } { $count ->
        [one] est utilisé
       *[other] sont utilisés
    } pour vos données depuis le { $in_force_since }. Nous répondons au plus tard le { $answer_due }, avec ce que votre contrat prévoit.

receipt-after-start = { $subprocessor } { $count ->
        [one] est utilisé
       *[other] sont utilisés
    } pour vos données depuis le { $in_force_since }. Nous y mettons fin, ou réglons la question avec vous comme votre contrat le prévoit.

receipt-for = Pour
receipt-on-behalf = { $customer }, au nom de { $on_behalf_of }
receipt-changes = Modifications
receipt-sender = Envoyée par
receipt-words = Vos mots
receipt-add = Ajouter des raisons ou des fichiers, voir où elle en est, ou la retirer :
    .reply = Pour ajouter quelque chose, vous pouvez aussi répondre à ce courriel.
receipt-not-yours = Pas envoyée par vous ou pas en votre nom ? Dites-le-nous en réponse : elle reste valable jusqu’à ce que l’un de vos contacts chargés de la protection des données dise le contraire.
words-clipped = La suite est conservée chez nous.

# La réponse, avec l’issue dès qu’il y en a une.
answer-subject = Re: { $change_ref } : notre réponse à votre objection { $objection_ref }
    .resolved = Re: { $change_ref } : votre objection { $objection_ref } est tranchée
answer-head = Voici notre réponse à votre objection { $objection_ref } contre { $subprocessor }.
    .resolved = Votre objection { $objection_ref } contre { $subprocessor } est tranchée.
answer-open = Elle n’est pas encore tranchée. D’ici là, { $subprocessor } { $count ->
        [one] n’est pas utilisé
       *[other] ne sont pas utilisés
    } pour vos données.
    .stays = Elle n’est pas encore tranchée. D’ici là, { $subprocessor } { $count ->
        [one] reste tel quel
       *[other] restent tels quels
    } pour vos données.
    .mixed = Elle n’est pas encore tranchée. D’ici là, rien de nouveau ne commence pour vos données.
    .nothing = Elle n’est pas encore tranchée.
answer-received = Nous l’avons reçue le { $received }.
answer-words = Notre réponse
answer-status = Voir où elle en est, ou la compléter :
    .reply = Vous pouvez aussi répondre à ce courriel.

outcome-accommodated = { $subprocessor } n’est pas utilisé pour vos données.
outcome-mitigated = Réglée sous cette condition : { $condition }.
    .agreed = Votre oui à celle-ci : { $agreed }.
outcome-withdrawn = Vous l’avez retirée.
    .by = C’est { $who } qui l’a retirée, par le lien de notre lettre. Si vous vous opposez toujours, dites-le par le lien ci-dessous ou en répondant à ce message.
outcome-terminated = Le service concerné prend fin le { $last_day } ; d’ici là, { $subprocessor } n’est pas utilisé pour vos données.
    .refund = Remboursement : { $refund }.
outcome-change_withdrawn = Nous avons abandonné la modification.
outcome-not_upheld = Nous ne l’avons pas suivie, pour ces raisons : { $reasons }
    .remedies = Votre contrat vous donne alors : { $remedies }, jusqu’au { $last_day }.
outcome-lapsed = Le temps que votre contrat accorde pour régler la question est écoulé ; il prévoit : { $reasons }
    .until = Cela vaut jusqu’au { $last_day }.
outcome-not_entitled = Les contacts de { $customer } chargés de la protection des données ont été consultés : la personne qui a écrit ne parle pas en son nom.
    .asked = Ont été consultés : { $asked }.

# 6. Une réponse : objection ou question ?
reply-subject = Re: { $change_ref } : votre réponse est-elle une objection ?
reply-head = Nous avons votre réponse sur { $subprocessor }, reçue le { $received }.
    .deadline = Elle est arrivée à temps ; votre délai : { $deadline }.
    .until-effect = Elle est arrivée à temps : vous pouvez émettre une objection jusqu’à la prise d’effet de la modification.
reply-safe = Par précaution, nous la traitons comme une objection jusqu’à ce que ce soit clair. D’ici là, la modification ne prend pas effet pour vous.
reply-ask = Veuillez nous le dire d’un clic ; chaque lien ouvre une page avec un bouton.
reply-yes = Oui, j’émets une objection :
reply-no = Non, c’est une question ou un commentaire :
reply-else = Si vous ne répondez pas, notre délégué à la protection des données lit votre réponse et décide ; dans le doute, elle reste une objection. Si vous dites plus tard que vous émettez une objection, c’est le moment de cette réponse qui compte.
reply-answer = Dans tous les cas, nous répondons au plus tard le { $answer_due }.

# 7. Accusé de réception d’un oui.
authorised-subject = Accusé de réception : votre autorisation de { $subprocessor } ({ $change_ref })
authorised-lead = Votre autorisation nous est parvenue.
authorised-head = Donnée le { $received } : { $customer } autorise { $subprocessor }.
authorised-now = Vous n’avez rien à faire maintenant. Dès que la modification prend effet, { $subprocessor } peut être utilisé pour vos données.
authorised-by = Donnée par
authorised-status = Voir vos dates, ou émettre tout de même une objection :
    .reply = Jusqu’au début, vous pouvez aussi revenir sur cette autorisation en répondant à ce courriel.
authorised-not-yours = Pas donnée par vous ou pas en votre nom ? Dites-le-nous en réponse : elle vaut jusqu’à ce que l’un de vos contacts chargés de la protection des données dise le contraire.
