# 1. Anuncio.
announcement-subject = { $change_ref }: { $subprocessor } previsto a partir del { $effective_short }; puede oponerse hasta el { $deadline_short }
    .several = { $count } cambios de subencargados previstos a partir del { $effective_short }; puede oponerse hasta el { $deadline_short }
    .several-no-objection = { $count } cambios de subencargados previstos a partir del { $effective_short }
    .specific = { $change_ref }: pedimos su autorización para { $subprocessor } a más tardar el { $deadline_short }
    .emergency = { $change_ref }: sustitución de emergencia por { $subprocessor }; puede oponerse hasta el { $deadline_short }
    .material = { $change_ref }: cambio en { $subprocessor } previsto a partir del { $effective_short }; puede oponerse hasta el { $deadline_short }
    .removal = { $change_ref }: { $subprocessor } deja nuestra lista de subencargados el { $effective_short }
    .removal-afterwards = { $change_ref }: { $subprocessor } ha dejado nuestra lista de subencargados
    .removal-objection = { $change_ref }: { $subprocessor } deja nuestra lista de subencargados el { $effective_short }; puede oponerse hasta el { $deadline_short }
    .no-objection = { $change_ref }: { $subprocessor } previsto a partir del { $effective_short }

# Lo previsto, como final de «Prevemos …».
headline-addition = recurrir a un nuevo subencargado, { $name }, para { $products }
headline-replacement = sustituir a { $old_name } por { $name } para { $products }
headline-material_change = cambiar la forma en que { $name } trata sus datos para { $products }
headline-removal = dejar de recurrir a { $name }
headline-correction = corregir lo que nuestra lista dice de { $name }
headline-several = hacer { $count } cambios de subencargados
    .steps = hacer { $count } cambios de subencargados: { $steps }

section-addition = { $name } se incorpora
section-replacement = { $name } sustituye a { $old_name }
section-material_change = { $name } cambia
section-removal = { $name } deja la lista
section-correction = { $name }: corrección

announcement-head = { $processor } prevé { $headline }.
    .afterwards = { $processor } ya no utiliza { $subprocessor }.
    .specific = { $processor } pide su autorización para { $headline }.
    .nothing-without-yes = Sin su sí, { $kind ->
        [several] ningún cambio que lo necesite surte efecto para sus datos
       *[other] { $subprocessor } no se utiliza para sus datos
    }.
announcement-replaces = Esta carta sustituye a la nuestra del { $replaced_announced } ({ $replaced_ref }): { $what_changed }. Su plazo empieza de nuevo.
    .objected = Su oposición { $objection_ref } vale también para el nuevo plan.
    .authorised = Su autorización del { $authorised_on } no cubre el nuevo plan; se la pedimos de nuevo.
announcement-intro = según { $clause }, le avisamos antes de cambiar las empresas que tratan para nosotros sus datos personales.
    .subscriber = usted nos pidió que le avisáramos antes de cambiar las empresas que tratan para nosotros datos personales.
    .afterwards = le decimos qué empresas tratan para nosotros sus datos personales. Una de ellas ya no lo hace.

fact-company = Empresa
    .contact = contacto: { $contact }
fact-legal_entity = Razón social
fact-name = Nombre
fact-address = Dirección
fact-contact = Contacto
fact-website = Sitio web
fact-category = Categoría
fact-purpose = Qué hace para usted
fact-data_types = Sus datos
fact-data_subjects = Interesados
fact-nature = Naturaleza y duración
fact-places = Lugar
fact-transfer_mechanism = Transferencia fuera de su región
fact-safeguards = Garantías
fact-products = Productos afectados
fact-affiliate = Empresa vinculada a nosotros
fact-reason = Por qué
fact-engaged_by = Contratado por
fact-none = ninguna
fact-unstated = no indicado

compare-today = Hoy
compare-planned = Previsto
compare-rest = Todo lo demás queda como está.

announcement-object = Para oponerse,
    .open = abra
    .how = (sin cuenta) o responda sencillamente a este correo. Su oposición está a tiempo si nos llega antes de que acabe el plazo indicado arriba; recibe un acuse de recibo con un número.
    .how-until-effect = (sin cuenta) o responda sencillamente a este correo. Su oposición está a tiempo si nos llega antes de que { $kind ->
        [several] los cambios surtan
       *[other] el cambio surta
    } efecto; recibe un acuse de recibo con un número.
    .which = Puede oponerse a uno de ellos o a todos: diga a cuál; si no nombra ninguno, entendemos que se refiere a todos.
    .grounds = Indíquenos sus motivos de protección de datos; puede añadirlos más tarde.
    .mail = O escriba a esta dirección; lo que llegue allí es una oposición:
objection-mail-subject = OBJECT { $change_ref }
objection-mail-body = Nos oponemos a { $change_ref } ({ $subprocessor }).
announcement-authorise = Para responder,
    .open = abra
    .how = y elija autorizar o denegar.
announcement-refusal = Si no sabemos nada hasta { $deadline }
    .until-effect = Si no sabemos nada antes de que { $kind ->
        [several] los cambios surtan
       *[other] el cambio surta
    } efecto
    .rest = , se entiende como denegación según { $clause }.
announcement-then = Qué pasa después.
    .rest = Respondemos a más tardar en la fecha del acuse de recibo. Hasta que su oposición se resuelva como dispone su contrato, { $kind ->
        [material_change] { $subprocessor } trata sus datos solo como hoy
        [removal] no cambia nada para sus datos
        [several] ningún cambio al que se oponga surte efecto para sus datos
       *[other] { $subprocessor } no se utiliza para sus datos
    }.
    .emergency = Se trata de { $kind ->
        [material_change] un cambio
        [removal] una retirada
       *[other] una sustitución
    } de emergencia: { $emergency_reason }. Para ello se permite un plazo de aviso más corto, de { $notice_days ->
        [one] un día
        [many] { $notice_days } de días
       *[other] { $notice_days } días
    } (según { $clause_first }). Conserva su derecho a oponerse hasta { $deadline }; entonces dejamos de utilizar { $subprocessor } para sus datos o lo resolvemos con usted como dispone el contrato.
    .emergency-after = Se trata de { $kind ->
        [material_change] un cambio
        [removal] una retirada
       *[other] una sustitución
    } de emergencia: { $emergency_reason }. Para ello se permite un plazo de aviso más corto, de { $notice_days ->
        [one] un día
        [many] { $notice_days } de días
       *[other] { $notice_days } días
    } (según { $clause_first }). Conserva su derecho a oponerse hasta { $deadline }, también después del inicio; entonces dejamos de utilizar { $subprocessor } para sus datos o lo resolvemos con usted como dispone el contrato.
announcement-silence = Si no sabemos nada hasta { $deadline }
    .until-effect = Si no sabemos nada antes de que { $kind ->
        [several] los cambios surtan
       *[other] el cambio surta
    } efecto
    .rest = , entendemos que { $customer } no se opone (según { $clause }). { announcement-effect }
announcement-effect = { $kind ->
        [several] Los cambios surten efecto como pronto el { $effective }; si alguno es posterior, escribimos de nuevo.
       *[other] El cambio surte efecto como pronto el { $effective }; si es posterior, escribimos de nuevo.
    }
announcement-others = ¿Actúa por otras organizaciones?
    .rest = Transmita esta carta a aquellas cuyo contrato con usted lo exija; esta página se puede compartir:
    .object = Puede oponerse por una de ellas: indíquela.
announcement-question = ¿Una pregunta?
    .rest = Responda y diga que lo es. No mueve su plazo.
    .no-deadline = Responda a este correo.
announcement-late-joiner = Para su información:
    .rest = este cambio estaba en nuestra lista pública cuando { $customer } firmó el { $signed_on }. No tiene que hacer nada. Preguntas: responda a este correo.

# 2. Recordatorio.
reminder-subject = { $kind ->
        [several] Recordatorio: puede oponerse a { $count } cambios de subencargados hasta el { $deadline_short }
       *[other] Recordatorio, { $change_ref }: puede oponerse hasta el { $deadline_short } ({ $subprocessor })
    }
    .specific = { $kind ->
        [several] Recordatorio: pedimos su autorización para { $count } cambios de subencargados a más tardar el { $deadline_short }
       *[other] Recordatorio, { $change_ref }: pedimos su autorización para { $subprocessor } a más tardar el { $deadline_short }
    }
reminder-head = { $days_left ->
        [0] Último día
        [one] Queda 1 día
        [many] Quedan { $days_left } de días
       *[other] Quedan { $days_left } días
    }: puede oponerse a { $kind ->
        [several] { $count } cambios de subencargados
       *[other] { $subprocessor }
    } hasta { $deadline }.
    .specific = { $days_left ->
        [0] Último día
        [one] Queda 1 día
        [many] Quedan { $days_left } de días
       *[other] Quedan { $days_left } días
    }: todavía necesitamos su respuesta sobre { $kind ->
        [several] { $count } cambios de subencargados, hasta { $deadline_at }. Sin su sí, ningún cambio que lo necesite surte efecto para sus datos.
       *[other] { $subprocessor }, hasta { $deadline_at }. Sin su sí no se utiliza para sus datos.
    }
reminder-start = Inicio previsto: { $effective }.
reminder-body = Escribimos a { $reader } sobre { $kind ->
        [several] estos cambios ({ $steps })
       *[other] este cambio
    } el { $announced }. Este recordatorio no cambia ninguna fecha. No nos consta ninguna oposición suya; si envió una, reenvíenosla ahora, con su fecha.
    .specific = Escribimos a { $reader } sobre { $kind ->
        [several] estos cambios ({ $steps })
       *[other] este cambio
    } el { $announced }. Este recordatorio no cambia ninguna fecha. No nos consta ninguna respuesta suya; si envió una, reenvíenosla ahora, con su fecha.
reminder-object = Oponerse o leer los detalles:
    .reply = o responder a este correo.
    .specific = Autorizar o denegar:

# 3a. Detenido.
held-subject = { $change_ref }: { $kind ->
        [material_change] el cambio en { $subprocessor } no empieza el { $old_effective_short }
        [removal] { $subprocessor } no deja nuestra lista el { $old_effective_short }
        [several] { $count } cambios no empiezan el { $old_effective_short }
       *[other] { $subprocessor } no empieza el { $old_effective_short }
    }
held-head = { $kind ->
        [material_change] El cambio en { $subprocessor } no empezó el { $old_effective }. Sus datos se tratan como antes.
        [removal] { $subprocessor } no dejó nuestra lista el { $old_effective }. Sus datos se tratan como antes.
        [several] Los cambios anunciados para el { $old_effective } no empezaron. Sus datos se tratan como antes.
       *[other] { $subprocessor } no empezó el { $old_effective } y no se utiliza para sus datos.
    }
    .rest = Escribiremos de nuevo en cuanto haya una nueva fecha.
held-body = Una de nuestras condiciones aún no se cumple (que haya transcurrido todo el plazo de cada cliente; que se haya resuelto toda oposición presentada a tiempo). Sus derechos quedan como están.
held-open = Todavía puede oponerse, hasta { $deadline }:
    .reply = o responda.
held-closed = Su plazo terminó { $deadline }; no se reabre salvo que cambie el plan.

# En uso de todos modos.
in-use-subject = { $change_ref }: { $subprocessor } en uso desde el { $in_use_short } sin que hayan transcurrido los plazos de aviso
in-use-head = { $subprocessor } está en uso desde el { $in_use_since }, antes de que hayan transcurrido los plazos de todos.
    .change = El cambio en { $subprocessor } se aplica desde el { $in_use_since }, antes de que hayan transcurrido los plazos de todos.
    .rest = El cambio que anunciamos no se considera en vigor. Escribiremos de nuevo cuando lo esté, o cuando haya una nueva fecha.
in-use-why = Por qué: { $in_use_why }.

# 3b. Aplazado a un día posterior.
rescheduled-subject = { $change_ref }: nueva fecha para { $subprocessor }: { $effective_short }
rescheduled-head = { $kind ->
        [material_change] El cambio en { $subprocessor } empieza ahora el { $effective }, no el { $old_effective }.
        [removal] { $subprocessor } deja nuestra lista ahora el { $effective }, no el { $old_effective }.
        [several] Los cambios empiezan ahora el { $effective }, no el { $old_effective }.
       *[other] { $subprocessor } empieza ahora el { $effective }, no el { $old_effective }.
    }
    .rest = No cambia nada más.
rescheduled-open = Puede oponerse hasta { $deadline }.
rescheduled-closed = Su plazo, { $deadline }, no cambia.
rescheduled-objected = Su oposición { $objection_ref } sigue en pie; no tiene que repetirla.
rescheduled-details = Detalles:
rescheduled-object = Oponerse:
    .reply = o responda.

# 3d. Corregido.
corrected-subject = { $change_ref }: corrección de nuestra carta sobre { $subprocessor }
corrected-head = Corrección de nuestra carta del { $announced }: { $field } debe leerse { $new_value }, no { $old_value }.
    .dates = Las fechas se mantienen: inicio previsto { $effective }, puede oponerse hasta { $deadline }.
    .dates-no-objection = La fecha se mantiene: inicio previsto { $effective }.
corrected-not-meant = Nuestra carta del { $announced } no estaba destinada a { $customer }. No cambia nada para sus datos. Le pedimos disculpas.

# 4. Retirado.
withdrawn-subject = { $change_ref } retirado: { $subprocessor } { $kind ->
        [replacement] no se utilizará
        [material_change] queda como está
        [removal] sigue en nuestra lista
        [several] y los demás cambios no se harán
       *[other] no se utilizará
    }
    .in-use = { $change_ref } retirado: el uso de { $subprocessor } termina el { $stops_on }
withdrawn-head = { $count ->
        [one] Hemos retirado este cambio
       *[other] Hemos retirado estos cambios
    }: { $subprocessor } no { $kind ->
        [replacement] sustituirá a { $old_subprocessor }
        [material_change] cambiará la forma de tratar sus datos
        [removal] dejará nuestra lista de subencargados
        [several] cambiará como se anunció
       *[other] se utilizará
    }.
    .when = Se anunció el { $announced } para el { $old_effective }.
    .in-use = Hemos retirado este cambio: el uso de { $subprocessor } termina el { $stops_on }.
withdrawn-objected = Su oposición { $objection_ref } queda cerrada porque el cambio se ha retirado; no cuenta ni contra usted ni contra nosotros.
withdrawn-in-force = { $subprocessor } ha tratado datos de { $customer } desde el { $in_force_since }. Termina el { $stops_on }; la supresión o devolución sigue a más tardar el { $deletion_due } y se la confirmamos.
withdrawn-again = Si lo prevemos de nuevo, recibirá una nueva carta con un nuevo plazo completo.

# En vigor.
effective-subject = { $change_ref }: { $kind ->
        [replacement] { $subprocessor } en uso en lugar de { $old_subprocessor } desde el { $effective_short }
        [material_change] el cambio en { $subprocessor } en vigor desde el { $effective_short }
        [removal] { $subprocessor } fuera de nuestra lista desde el { $effective_short }
        [correction] nuestra lista corregida el { $effective_short }
        [several] { $count } cambios en vigor desde el { $effective_short }
       *[other] { $subprocessor } en uso desde el { $effective_short }
    }
    .excluded = { $change_ref }: { $subprocessor } ha empezado y no se utiliza para sus datos
effective-head = { $kind ->
        [replacement] { $subprocessor } sustituye a { $old_subprocessor } para { $products } desde el { $effective }.
        [material_change] El cambio en { $subprocessor } está en vigor desde el { $effective }.
        [removal] No utilizamos { $subprocessor } desde el { $effective }.
        [correction] Lo que nuestra lista dice de { $subprocessor } está corregido desde el { $effective }.
        [several] Los { $count } cambios que anunciamos están en vigor desde el { $effective }.
       *[other] { $subprocessor } está en uso para { $products } desde el { $effective }.
    }
    .excluded = { $subprocessor } empezó el { $effective }. No se utiliza para sus datos.
effective-body = Lo anunciamos el { $announced }. Ha transcurrido todo el plazo de cada cliente, y se ha resuelto toda oposición presentada a tiempo.
effective-excluded = Así resolvimos su oposición { $objection_ref }.
