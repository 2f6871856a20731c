# 5. Acuse de recibo de una oposición.
receipt-subject = Acuse de recibo { $objection_ref }: su oposición a { $subprocessor } ({ $change_ref })
receipt-lead = Hemos recibido su oposición.
receipt-head = Número { $objection_ref }, recibida { $received }: a tiempo
    .deadline = (su plazo: hasta { $deadline }).
    .deadline-until-effect = (puede oponerse hasta { $deadline }).
    .late = Número { $objection_ref }, recibida { $received }: después de su plazo (hasta { $deadline }).
    .plain = Número { $objection_ref }, recibida { $received }.
receipt-now = Ahora no tiene que hacer nada. Respondemos a más tardar el { $answer_due }.
receipt-blocked = Hasta que se resuelva, { $subprocessor } { $count ->
        [one] no se utiliza
       *[other] no se utilizan
    } para sus datos.
    .stays = Hasta que se resuelva, { $subprocessor } { $count ->
        [one] queda como está
       *[other] quedan como están
    } para sus datos.
    .mixed = Hasta que se resuelva, no empieza nada nuevo para sus datos.
receipt-late = La conservamos y respondemos a más tardar el { $answer_due }.
    .rest = Por sí sola no detiene el cambio. ¿La envió antes o por otra vía? Díganos cuándo y cómo: una llegada anterior cuenta.
    .some = Contra { $subprocessor } llegó tarde: por sí sola no detiene nada en ese caso. La respondemos igualmente.
receipt-unknown = ¿Por qué cliente escribe?
    .rest = Responda con su nombre: su oposición cuenta entonces desde el momento indicado arriba. Oponerse es un derecho de nuestros clientes; la de cualquier otra persona la leemos y respondemos como comentario.
receipt-in-force = { $subprocessor } { $count ->
        [one] se utiliza
       *[other] se utilizan
    } para sus datos desde el { $in_force_since }. Respondemos a más tardar el { $answer_due }, con lo que dispone su contrato.

receipt-after-start = { $subprocessor } { $count ->
        [one] se utiliza
       *[other] se utilizan
    } para sus datos desde el { $in_force_since }. Lo detenemos, o lo resolvemos con usted como dispone su contrato.

receipt-for = Para
receipt-on-behalf = { $customer }, en nombre de { $on_behalf_of }
receipt-changes = Cambios
receipt-sender = Enviada por
receipt-words = Sus palabras
receipt-add = Añadir motivos o archivos, ver en qué punto está, o retirarla:
    .reply = Para añadir algo también puede responder a este correo.
receipt-not-yours = ¿No la envió usted o no es en su nombre? Díganoslo respondiendo: sigue en pie hasta que uno de sus contactos de privacidad diga otra cosa.
words-clipped = El resto nos consta.

# La respuesta, con el resultado en cuanto lo haya.
answer-subject = Re: { $change_ref }: nuestra respuesta a su oposición { $objection_ref }
    .resolved = Re: { $change_ref }: su oposición { $objection_ref } está resuelta
answer-head = Esta es nuestra respuesta a su oposición { $objection_ref } a { $subprocessor }.
    .resolved = Su oposición { $objection_ref } a { $subprocessor } está resuelta.
answer-open = Aún no está resuelta. Hasta entonces, { $subprocessor } { $count ->
        [one] no se utiliza
       *[other] no se utilizan
    } para sus datos.
    .stays = Aún no está resuelta. Hasta entonces, { $subprocessor } { $count ->
        [one] queda como está
       *[other] quedan como están
    } para sus datos.
    .mixed = Aún no está resuelta. Hasta entonces, no empieza nada nuevo para sus datos.
    .nothing = Aún no está resuelta.
answer-received = La recibimos { $received }.
answer-words = Nuestra respuesta
answer-status = Ver en qué punto está, o completarla:
    .reply = También puede responder a este correo.

outcome-accommodated = { $subprocessor } no se utiliza para sus datos.
outcome-mitigated = Resuelta con esta condición: { $condition }.
    .agreed = Su sí a ella: { $agreed }.
outcome-withdrawn = Usted la retiró.
    .by = Lo hizo { $who }, con el enlace de nuestra carta. Si sigue oponiéndose, dígalo con el enlace de abajo o respondiendo a este mensaje.
outcome-terminated = El servicio afectado termina el { $last_day }; hasta entonces { $subprocessor } no se utiliza para sus datos.
    .refund = Reembolso: { $refund }.
outcome-change_withdrawn = Hemos abandonado el cambio.
outcome-not_upheld = No la hemos seguido, por estos motivos: { $reasons }
    .remedies = Su contrato le da entonces: { $remedies }, hasta el { $last_day }.
outcome-lapsed = El tiempo que su contrato da para resolverlo ha terminado; dispone: { $reasons }
    .until = Esto vale hasta el { $last_day }.
outcome-not_entitled = Se ha preguntado a los contactos de privacidad de { $customer }: quien escribió no habla en su nombre.
    .asked = Se preguntó a: { $asked }.

# 6. Una respuesta: ¿oposición o pregunta?
reply-subject = Re: { $change_ref }: ¿es su respuesta una oposición?
reply-head = Tenemos su respuesta sobre { $subprocessor }, recibida { $received }.
    .deadline = Está a tiempo; su plazo: hasta { $deadline }.
    .until-effect = Está a tiempo: puede oponerse hasta que el cambio surta efecto.
reply-safe = Por precaución la tratamos como oposición hasta que quede claro. Mientras tanto, el cambio no surte efecto para usted.
reply-ask = Díganoslo con un clic; cada enlace abre una página con un botón.
reply-yes = Sí, me opongo:
reply-no = No, es una pregunta o un comentario:
reply-else = Si no responde, nuestro delegado de protección de datos lee su respuesta y decide; en caso de duda sigue siendo una oposición. Si más tarde dice que se opone, cuenta el momento de esta respuesta.
reply-answer = En todo caso respondemos a más tardar el { $answer_due }.

# 7. Acuse de recibo de un sí.
authorised-subject = Acuse de recibo: su autorización de { $subprocessor } ({ $change_ref })
authorised-lead = Hemos recibido su autorización.
authorised-head = Dada { $received }: { $customer } autoriza { $subprocessor }.
authorised-now = Ahora no tiene que hacer nada. Cuando el cambio surta efecto, { $subprocessor } podrá utilizarse para sus datos.
authorised-by = Dada por
authorised-status = Ver sus fechas, u oponerse después de todo:
    .reply = Hasta que empiece también puede revocarla respondiendo a este correo.
authorised-not-yours = ¿No la dio usted o no es en su nombre? Díganoslo respondiendo: vale hasta que uno de sus contactos de privacidad diga otra cosa.
