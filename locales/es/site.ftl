# Frases de las páginas públicas y personales. Un instante lleva su artículo: «el lunes, 7 de diciembre…».

## Marco

brand = Subencargados
title-of-site = Subencargados de { $processor }
skip = Ir al contenido
nav-main = Navegación principal
nav-about = Acerca de este sitio
nav-languages = Idioma
nav-register = Registro
nav-changes = Cambios
nav-subscribe = Suscribirse
nav-feed = Canal Atom
nav-genuine = ¿Es auténtica una carta?
feed-title = Cambios de subencargados
feed-title-of = { $processor }: cambios de subencargados
feed-entry = { $what }: { $headline } ({ $reference })
feed-summary = { $headline }, previsto para el { $day }.
dpo = Delegado de protección de datos:
legal-imprint = Aviso legal
legal-privacy = Política de privacidad
legal-terms = Condiciones
more = Más
back-to-register = Volver al registro

## Fechas

weekday-1 = lunes
weekday-2 = martes
weekday-3 = miércoles
weekday-4 = jueves
weekday-5 = viernes
weekday-6 = sábado
weekday-7 = domingo
weekday-short-1 = lun
weekday-short-2 = mar
weekday-short-3 = mié
weekday-short-4 = jue
weekday-short-5 = vie
weekday-short-6 = sáb
weekday-short-7 = dom
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
month-short-1 = ene
month-short-2 = feb
month-short-3 = mar
month-short-4 = abr
month-short-5 = may
month-short-6 = jun
month-short-7 = jul
month-short-8 = ago
month-short-9 = sept
month-short-10 = oct
month-short-11 = nov
month-short-12 = dic
date-long = { $weekday }, { $day } de { $month } de { $year }
date-short = { $weekday }, { $day } { $month } { $year }
date-plain = { $day } de { $month } de { $year }
date-day-month = { $day } { $month }
date-month = { $month } de { $year }
instant = el { $day }, a las { $time }, { $zone }
instant-plain = { $day }, { $time }
zone-city = hora de { $city }
zone-utc = UTC

## Datos de un subencargado

fact-name = Nombre
fact-legal_entity = Entidad jurídica
fact-address = Dirección
fact-contact = Contacto
fact-website = Sitio web
fact-category = Categoría
fact-purpose = Finalidad
fact-nature = Naturaleza y duración
fact-places = Lugar
fact-countries = Países
fact-regions = Regiones
fact-data_types = Datos personales
fact-data_subjects = Interesados
fact-products = Productos
fact-transfer_mechanism = Transferencia
fact-safeguards = Garantías
fact-affiliate = Empresa vinculada a nosotros
fact-engaged_by = Contratado por
fact-since = En esta lista desde
yes = Sí
no = No
not-stated = No indicado
all-products = Todos los productos
transfer-none-needed = No se requiere (UE)

## Calendarios
ics-name = Subencargados de { $processor }
ics-change = { $headline } ({ $reference })
ics-deadline = Última hora para oponerse: { $headline } ({ $reference })
ics-deadline-says = Puede oponerse hasta { $deadline }, con el enlace de nuestra carta o respondiendo a ella. Si está de acuerdo, no tiene que hacer nada.
ics-deadline-standard = Según nuestro contrato estándar es posible oponerse hasta { $deadline }. Si el suyo dispone otra cosa, nuestra carta indica su plazo y su enlace.
log-calendar = calendario
object-calendar = Añadir al calendario (.ics)

## Los cambios en palabras

joins = { $name } se incorpora
joined = { $name } se incorporó
leaves = { $name } deja la lista
left = { $name } dejó la lista
replaces = { $name } sustituye a { $old }
replaced = { $name } sustituyó a { $old }
region-added = { $name } añade una región
region-added-past = { $name }: región añadida
data-added = { $name } recibe más datos
data-added-past = { $name }: más datos añadidos
changes = { $name } cambia
changed = { $name } cambió
corrected = { $name }: entrada corregida
from-to = { $fact }: de <del>{ $before }</del> a <ins>{ $after }</ins>.
from-nothing-to = { $fact }: <ins>{ $after }</ins>, antes no indicado.
to-nothing = { $fact }: ya no se indica, antes <del>{ $before }</del>.
kind-addition = Incorporación
kind-replacement = Sustitución
kind-material_change = Cambio en el tratamiento
kind-removal = Retirada
kind-correction = Corrección de la entrada, sin tratamiento nuevo
kind-and-announced = { $kind }, anunciado el { $day }
kind-in-force = { $kind }, en vigor desde el { $day }
badge-open = Abierto a oposición
badge-announced = Anunciado
badge-held = Detenido
badge-effective = En vigor
badge-for-some = En vigor para algunos
badge-withdrawn = Retirado

## Registro

register-title = Registro
register-h1 = Subencargados
register-lede = Las empresas que tratan datos personales para { $processor } y sus clientes. Ninguna entra en esta lista antes de que cada cliente haya sido informado y haya tenido tiempo de oponerse.
coming-h2 = Próximamente
changes-of-day = { $count ->
    [one] Un cambio
    [many] { $word } de cambios
   *[other] { $word } cambios
}
number-2 = dos
number-3 = tres
number-4 = cuatro
number-5 = cinco
number-6 = seis
number-7 = siete
number-8 = ocho
number-9 = nueve
coming-later = Más adelante, o también anunciado
coming-none = No hay ningún cambio previsto
coming-none-way = Quien se suscribe se entera primero.
point-announced = Anunciado
point-today = Hoy
point-objections = Oposición hasta*
point-objections-plain = Oposición hasta
point-in-force = En vigor a partir de
point-was-planned = Estaba previsto para
point-withdrawn = Retirado
point-effective = En vigor desde
coming-footnote = * Según nuestro contrato estándar. Si el suyo dispone otra cosa, la carta que recibió indica su fecha y su enlace personal para oponerse. ¿No tiene carta? Escriba a { $dpo }.
coming-footnote-none = * Según nuestro contrato estándar. Si el suyo dispone otra cosa, la carta que recibió indica su fecha y su enlace personal para oponerse.
coming-footnote-until-effect = Según nuestro contrato estándar puede oponerse hasta que el cambio surta efecto. La carta que recibió contiene su enlace personal para oponerse.
coming-held = El día previsto ha llegado y este cambio no ha surtido efecto: una de nuestras condiciones aún no se cumple (que haya transcurrido todo el plazo de cada cliente; que se haya resuelto toda oposición presentada a tiempo). Escribiremos de nuevo en cuanto haya una nueva fecha.
in-use = { $name } se utiliza desde el { $day } sin que hayan transcurrido los plazos de aviso.
was-in-use = { $name } se utilizaba desde el { $day } sin que hubieran transcurrido los plazos de aviso.
for-some = { $headline }: en vigor desde el { $day } para los clientes cuyo plazo ha transcurrido; para los demás, todavía no.
past-day = Ve el registro tal como era el { $day }.
past-to-today = Volver a hoy
list-h2-today = En uso hoy
list-h2-past = En uso el { $day }
filter-search = Buscar
filter-category = Categoría
filter-all-categories = Todas las categorías
filter-country = País
filter-all-countries = Todos los países
filter-product = Producto
filter-on = A fecha de
filter-show = Mostrar
on-future = Elija el { $today } o un día anterior. Lo que está previsto después figura en «Próximamente».
on-not-a-day = Elija un día, por ejemplo { $today }.
head-name = Subencargado
caption = { $count ->
    [one] 1 subencargado el { $day }, { $order }
    [many] { $count } de subencargados el { $day }, { $order }
   *[other] { $count } subencargados el { $day }, { $order }
}
caption-filtered = { $shown } de { $count } subencargados el { $day }, { $order }
order-name = por nombre
order-name-down = por nombre, en orden inverso
order-where = por país
order-where-down = por país, en orden inverso
order-transfer = por transferencia
order-transfer-down = por transferencia, en orden inverso
row-more = Más datos
row-more-of = sobre { $name }
row-changes = Cambia el { $day }
row-leaves = Deja la lista el { $day }
empty-nothing-found = No se ha encontrado nada
empty-nothing-found-way = Ningún subencargado corresponde a su búsqueda.
empty-nothing-found-link = Mostrar todos
empty-register = No hay ningún subencargado en uso
empty-register-way = Esta lista está vacía en ese día.
empty-before = El registro no llega tan atrás
empty-before-way = Su primera entrada es del { $day }.
empty-before-link = Mostrar ese día
empty-not-begun = El registro está vacío
empty-not-begun-way = Todavía no se ha inscrito nada.
machine-list = La misma lista para programas:
machine-schema = Qué significa cada campo
transfer-h2 = Cómo pueden salir los datos de Europa
transfer-scc = CCT
transfer-scc-text = Cláusulas contractuales tipo de la Comisión Europea, decisión (UE) 2021/914.
transfer-idta = IDTA (Reino Unido)
transfer-idta-text = International Data Transfer Agreement de la autoridad británica de protección de datos, para datos procedentes del Reino Unido.
transfer-addendum = Addendum (Reino Unido)
transfer-addendum-text = Addendum de la autoridad británica de protección de datos a las cláusulas contractuales tipo europeas, para datos procedentes del Reino Unido.
transfer-dpf = Data Privacy Framework
transfer-dpf-text = Decisión de adecuación (UE) 2023/1795 para empresas de los Estados Unidos que se han certificado.
transfer-bcr = BCR
transfer-bcr-text = Normas corporativas vinculantes aprobadas por una autoridad de control.
transfer-adequacy = Decisión de adecuación
transfer-adequacy-text = La Comisión Europea ha decidido que el país protege los datos personales de forma adecuada.
transfer-none = No se requiere
transfer-none-text = Los datos permanecen en el Espacio Económico Europeo.
used-with = { $count ->
    [one] Se usa con un subencargado.
    [many] Se usa con { $count } de subencargados.
   *[other] Se usa con { $count } subencargados.
}
log-h2 = Historial de cambios
log-empty = Todavía no ha cambiado nada.
log-json = El historial para programas (JSON)
log-announced = Anunciado
log-rescheduled = Nueva fecha
log-held = Detenido
log-effective = En vigor
log-started = En vigor para algunos
log-withdrawn = Retirado
log-register = Registro
log-opened = { $count ->
    [one] Abierto con un subencargado
    [many] Abierto con { $word } de subencargados
   *[other] Abierto con { $word } subencargados
}

## Un cambio

change-crumb = Cambio
change-title = { $headline } el { $day }
change-title-held = { $headline }: detenido
change-title-withdrawn = { $headline }: retirado
change-dates = Fechas
change-why = Por qué
change-who = Quién y qué
change-before-after = Antes y después
change-rest-stays = Todo lo demás queda como está.
change-caption = { $name }: qué es diferente
comparison-fact = Dato
comparison-until = Hasta el { $day }
comparison-from = A partir del { $day }
comparison-before = Antes
comparison-after = Después
change-how = Cómo oponerse
change-how-text = Use el enlace personal de su carta, o responda a la carta empezando con la palabra OBJECT. Ambas vías nos llegan con la hora de su llegada, y ambas reciben un acuse de recibo.
change-how-then = Si no hace nada, el cambio se le aplica a partir del { $day }. Si se opone a tiempo, no se le aplica hasta que hayamos respondido.
change-how-then-held = Este cambio está detenido y aún no se conoce una nueva fecha. Si se opone a tiempo, no se le aplica hasta que hayamos respondido.
change-no-letter = ¿Es cliente y no tiene carta? Escriba a
change-together = Anunciados juntos
change-history = Qué ha ocurrido
change-objections-hint = { $time }, { $zone }, según nuestro contrato estándar. Su carta indica su propia fecha.
change-effect-hint = Solo si ha transcurrido todo el plazo de cada cliente y se ha resuelto toda oposición presentada a tiempo.
change-removal = { $name } se retira el { $day }. No tiene que hacer nada.
change-held = Este cambio no surtió efecto el { $day } y no se aplica. Una de nuestras condiciones aún no se cumple: que haya transcurrido todo el plazo de cada cliente, que se haya resuelto toda oposición presentada a tiempo. Escribiremos de nuevo en cuanto haya una nueva fecha.
change-held-stays = Este cambio no surtió efecto el { $day }: { $name } trata los datos como hasta ahora. Una de nuestras condiciones aún no se cumple: que haya transcurrido todo el plazo de cada cliente, que se haya resuelto toda oposición presentada a tiempo. Escribiremos de nuevo en cuanto haya una nueva fecha.
change-held-in-use = Este cambio no surtió efecto el { $day }: una de nuestras condiciones aún no se cumple.
change-withdrawn = Hemos retirado este cambio. Estaba previsto para el { $day }. No cambia nada.
change-withdrawn-why = Motivo: { $why }
change-in-use = { $name } se utiliza desde el { $day } sin que hayan transcurrido los plazos de aviso. Por qué: { $why }
change-was-in-use = { $name } se utilizó desde el { $day } sin que hubieran transcurrido los plazos de aviso; el último día es el { $until }. Por qué: { $why }
change-for-some = En vigor desde el { $day } para los clientes cuyo plazo ha transcurrido. Para cada uno de los demás empieza cuando su propio plazo haya transcurrido y nada de lo que haya dicho esté pendiente.
change-emergency = Se trata de una emergencia: { $why }

## Un subencargado

entry-crumb = Subencargado
entry-in-use = En uso
entry-left = Ya no está en uso
entry-facts = Datos actuales
entry-facts-last = Últimos datos
entry-facts-planned = Datos anunciados
entry-chain = Quién recurre a quién
entry-engages = Recurre a su vez a
entry-history = Historial
entry-changes = Todos los cambios anunciados al respecto
entry-step-stated = En la lista desde su apertura
entry-step-joined = Incorporado
entry-step-altered = Modificado
entry-step-left = Retirado
entry-left-on = { $name } no está en uso desde el { $day }.
entry-announced = { $name } está anunciado y todavía no está en uso.
entry-never = { $name } se anunció, el cambio se retiró y nunca estuvo en uso.
entry-unknown = No tenemos ningún subencargado con ese nombre
entry-unknown-lede = Ni ahora ni antes. Quizá se escriba de otro modo: búsquelo en el <a href="/#today">registro</a>.
point-joined = En uso desde el
point-altered = Último cambio
point-left = Sin uso desde el
point-joins = Se incorpora el
point-alters = Cambia el
point-leaves = Se retira el
change-entries = Historial y datos:

## Dos días comparados

compare-title = Comparar dos días
compare-h1 = Qué ha cambiado entre el { $from } y el { $to }
compare-from = Desde
compare-to = Hasta
compare-show = Comparar
compare-future = Elija el { $today } o un día anterior: lo previsto para después aún puede moverse.
compare-before = Elija el { $first } o un día posterior: el registro empieza ese día.
compare-joined = { $count ->
    [one] se incorporó un subencargado
    [many] se incorporaron { $word } de subencargados
   *[other] se incorporaron { $word } subencargados
}
compare-left = { $count ->
    [one] uno se retiró
   *[other] { $word } se retiraron
}
compare-altered = { $count ->
    [one] los datos de uno son distintos
   *[other] los datos de { $word } son distintos
}
compare-nothing = Nada es distinto.
compare-joined-h2 = Incorporados
compare-left-h2 = Retirados
compare-altered-h2 = Distintos
compare-on = El { $day }
compare-caption = { $name }: qué es distinto
compare-machine = Lo mismo para programas:
past-compare = Qué es distinto hoy

## Suscribirse

subscribe-title = Suscribirse
subscribe-h2 = Entérese primero
subscribe-promise = Una carta por cambio, antes de que surta efecto. Nada más.
subscribe-address = Dirección de correo electrónico
subscribe-language = Idioma de las cartas
subscribe-button = Suscribirse
subscribe-or = O siga los cambios por
subscribe-or-by = o
subscribe-bad-address = Compruebe la dirección. Tiene la forma nombre@empresa.example.
subscribe-lede = Quien se suscribe recibe cada aviso por correo electrónico, sin cuenta. Darse de baja cuesta un clic.
wanted-summary = Solo algunos cambios
wanted-kinds = Tipos de cambio
wanted-products = Productos
wanted-none = No marque nada para enterarse de todo.
wish-addition = Se incorpora un subencargado
wish-replacement = Uno ocupa el lugar de otro
wish-material_change = Uno trata los datos de otro modo o en otro lugar
wish-removal = Se retira un subencargado
wish-everything = Todos los cambios
wish-of-products = { $kinds }; productos: { $products }
confirm-only = Ha elegido: <b>{ $what }</b>.
manage-wanted = Se le informa de
manage-choices = Sus preferencias
subscribed-title = Un paso más: mire en su correo
subscribed-lede = Si <b>{ $address }</b> puede suscribirse, una carta con un enlace está en camino. Abra el enlace y pulse <b>Confirmar</b>. Hasta entonces no está suscrito.
subscribed-no-letter = ¿Ninguna carta después de diez minutos?
subscribed-no-letter-text = Mire en la carpeta de correo no deseado. El enlace vale siete días. Puede <a href="/subscribe">pedir otro</a>.
subscribed-same = Decimos lo mismo para cada dirección, para que nadie pueda averiguar aquí quién está suscrito.
confirm-title = ¿Desea recibir estos avisos?
confirm-lede = Escribimos a <b>{ $address }</b> antes de que cambie un subencargado de { $processor }. Una carta por cambio, nada más.
confirm-button = Confirmar
confirm-nothing = No ocurre nada hasta que pulse el botón. Si no lo ha pedido, cierre esta página: no tendrá noticias nuestras.
confirmed-title = Está suscrito
confirmed-lede = Escribimos a <b>{ $address }</b> antes de que cambie un subencargado.
confirmed-already = Este enlace ya ha cumplido su función; está suscrito.
manage-link = Gestionar esta suscripción
confirm-expired-title = Este enlace ha caducado
confirm-expired-lede = Los enlaces valen siete días. Pida uno nuevo con el botón; llega por correo a la misma dirección.
confirm-expired-button = Enviar un enlace nuevo
confirm-left-title = Se ha dado de baja
confirm-left-lede = Esta dirección estaba suscrita y se ha dado de baja desde entonces. Suscríbase de nuevo para recibir avisos.
unknown-link-title = No conocemos este enlace
unknown-link-lede = Copie la dirección entera de la carta, puede haberse cortado en dos. Lo que quería escribirnos, también puede enviarlo a { $dpo }.
unknown-link-lede-none = Copie la dirección entera de la carta, puede haberse cortado en dos.
manage-title = Su suscripción
manage-lede = Las cartas se envían a { $address }.
manage-title-contact = Sus avisos
manage-lede-contact = Las cartas sobre subencargados para { $customer } se envían a { $address }, porque el contrato designa esa dirección.
manage-facts = Qué sabemos de usted
manage-address = Dirección
manage-language = Idioma
manage-since = Suscrito desde
manage-state = Estado
manage-state-active = Se envían cartas
manage-state-left = Sin cartas: se ha dado de baja
manage-state-suppressed = Sin cartas: { $why }
manage-save = Guardar
manage-saved = Sus preferencias se han guardado. Valen para lo que se anuncie a partir de ahora.
leave-h2 = Darse de baja
leave-says = No recibirá más cartas de esta lista. El registro sigue abierto a todos.
leave-button = Darse de baja
leave-contact-h2 = ¿No es usted la persona adecuada?
leave-contact-says = { $customer } ha acordado con nosotros que alguien allí reciba estos avisos, por lo que esta dirección no puede darse de baja sin más. Indique quién debe recibirlos en su lugar; nuestro delegado de protección de datos se ocupa de ello. Hasta entonces le llegan a usted.
unsubscribe-title = ¿Dejar esta lista?
unsubscribe-lede = <b>{ $address }</b> no recibirá más cartas sobre los subencargados de { $processor }.
unsubscribed-title = Se ha dado de baja
unsubscribed-lede = <b>{ $address }</b> no recibirá más cartas de esta lista.
unsubscribed-again = ¿Ha pulsado por error? <a href="/subscribe">Suscribirse de nuevo</a>.
unsubscribe-contact-title = ¿Quién debe recibir estos avisos?
unsubscribe-contact-lede = El contrato con { $customer } designa <b>{ $address }</b> para los avisos sobre subencargados. Se los debemos, por lo que no puede darse de baja sin sucesor.
unsubscribe-contact-address = Dirección del sucesor
unsubscribe-contact-name = Nombre
unsubscribe-contact-button = Designar al sucesor
unsubscribe-contact-done-title = Gracias, nos ocupamos de ello
unsubscribe-contact-done-lede = Nuestro delegado de protección de datos lo comprueba con { $customer } y escribe después a <b>{ $successor }</b>. Hasta entonces los avisos llegan a <b>{ $address }</b>.

## Página de oposición

object-for = Para { $customer } · { $change }
object-title-one = { $headline } a partir del { $day }
object-title-several = { $changes } a partir del { $day }
object-title-several-first = { $changes }, el primero a partir del { $day }
object-when = { $label }: { $day }
object-headline-addition = { $processor } prevé recurrir a un nuevo subencargado, { $name }.
object-headline-replacement = { $processor } prevé sustituir a { $old } por { $name }.
object-headline-material_change = { $processor } prevé cambiar la forma en que { $name } trata sus datos.
object-headline-removal = { $processor } prevé dejar de recurrir a { $name }.
object-headline-correction = { $processor } ha corregido la entrada de { $name }.
object-headline-several = { $processor } prevé { $word } cambios de sus subencargados.
object-headline-steps = { $processor } prevé { $word } cambios de sus subencargados: { $steps }.
object-specific = { $processor } pide a { $customer } que autorice a { $name }. Sin su sí, { $name } no se utiliza para sus datos. Para denegar, use el formulario.
object-specific-altered = { $processor } pide a { $customer } que autorice el cambio en { $name }. Sin su sí, { $name } queda como está para sus datos. Para denegar, use el formulario.
object-anew = { $headline }: lo anunciamos de nuevo. Una nueva carta con sus fechas va de camino.
object-silent = { $headline }: { $customer } no lo ha autorizado antes de acabar su plazo, por lo que { $name } no se utiliza para sus datos.
object-silent-altered = { $headline }: { $customer } no lo ha autorizado antes de acabar su plazo, por lo que { $name } queda como está para sus datos.
object-authorise-by-letter = Para autorizarlo, uno de sus contactos de privacidad responde a nuestra carta.
object-authorised = { $customer } ha autorizado { $name }. Hasta que empiece puede revocarlo respondiendo a nuestra carta.
authorise-h2 = ¿Autoriza { $customer } { $name }?
authorise-says = Usted responde por { $customer } como { $address }. Su sí cuenta desde este momento; se guarda con su hora como prueba.
authorise-button = Sí, autorizar { $name }
object-answer = Autorizar o denegar
object-until = Puede oponerse hasta { $deadline }
object-until-answered = Responda, por favor, hasta { $deadline }
object-until-effect = Puede oponerse hasta que el cambio surta efecto, como pronto { $deadline }
object-until-effect-answered = Responda, por favor, antes de que el cambio surta efecto, como pronto { $deadline }
object-until-effect-held = Puede oponerse hasta que el cambio surta efecto; está detenido y aún no se conoce una nueva fecha
object-until-after-start = Puede oponerse hasta { $deadline }, también ahora que ya ha empezado
object-closed = Su plazo terminó { $deadline }
object-closed-line = Todavía puede escribirnos: lo conservamos, lo marcamos como tardío y lo respondemos. Por sí solo no detiene el cambio.
object-closed-line-no-yes = Todavía puede escribirnos: lo conservamos, lo marcamos como tardío y lo respondemos. Sin su sí, el cambio no surte efecto para sus datos.
object-not-served = Su plazo no ha empezado
object-not-served-line = Aún no hemos podido entregarle la carta. Puede oponerse ya; su plazo empieza cuando la carta le haya llegado.
object-exempt = Este cambio no requiere que se le avise
object-informed = Se le informa porque lo ha pedido
object-exempt-line = De todos modos puede escribirnos al respecto: lo conservamos y lo respondemos.
object-not-asked = No tiene que hacer nada
object-not-asked-line = A nadie se le pregunta si un subencargado puede retirarse. De todos modos puede escribirnos al respecto: lo conservamos y lo respondemos.
object-bar = Han pasado { $passed } de { $all } días
object-left = { $count ->
    [0] <b>Hoy es el último día</b> de su plazo.
    [one] <b>Queda un día</b> de su plazo.
    [many] <b>Quedan { $count } de días</b> de su plazo.
   *[other] <b>Quedan { $count } días</b> de su plazo.
}
object-no-need = ¿No se opone? No tiene que hacer nada y puede cerrar esta página.
object-need-yes = Necesitamos su sí. Si no sabemos nada de usted, se entiende como denegación.
object-need-none = Tenemos su respuesta. No tiene que hacer nada más y puede cerrar esta página.
object-follows = Qué sigue
object-if = Si se opone
object-if-refuse = Si deniega
object-if-text = { $name } no se utiliza para sus datos hasta que su oposición se resuelva como dispone su contrato. Recibe un acuse de recibo de inmediato, y una respuesta a más tardar el { $answer }.
object-if-altered = Para sus datos, { $name } queda como está hasta que su oposición se resuelva como dispone su contrato. Recibe un acuse de recibo de inmediato, y una respuesta a más tardar el { $answer }.
object-if-several = Ningún cambio al que se oponga surte efecto para sus datos hasta que su oposición se resuelva como dispone su contrato. Recibe un acuse de recibo de inmediato, y una respuesta a más tardar el { $answer }.
object-if-after-start = Dejamos de utilizar { $name } para sus datos, o lo resolvemos con usted como dispone su contrato. Recibe un acuse de recibo de inmediato, y una respuesta a más tardar el { $answer }.
object-if-after-start-altered = Volvemos a tratar sus datos en { $name } como antes, o lo resolvemos con usted como dispone su contrato. Recibe un acuse de recibo de inmediato, y una respuesta a más tardar el { $answer }.
object-if-removal = Recibe un acuse de recibo de inmediato, y una respuesta a más tardar el { $answer }.
object-if-not = Si no hace nada
object-if-not-text = Entendemos que no se opone. El cambio surte efecto como pronto el { $day }.
object-if-not-held = Entendemos que no se opone. El cambio está detenido y aún no se conoce una nueva fecha.
object-if-not-after-start = Entendemos que no se opone. Se sigue utilizando.
object-if-not-after-start-altered = Entendemos que no se opone. El cambio sigue en vigor.
object-if-not-specific = Su contrato entiende el silencio como denegación: sin su sí no se utiliza para sus datos.
object-if-not-specific-altered = Su contrato entiende el silencio como denegación: sin su sí, el cambio no surte efecto para sus datos.
object-if-not-several = Entendemos que no se opone. Los cambios surten efecto como pronto el { $day }.
object-if-not-several-held = Entendemos que no se opone. Los cambios están detenidos y aún no se conoce una nueva fecha.
object-if-not-of = Si no hace nada: { $headline }
object-if-not-objected = Su oposición se mantiene, y la respondemos.
object-if-not-authorised = Su sí se mantiene. El cambio surte efecto como pronto el { $day }.
object-if-not-authorised-held = Su sí se mantiene. El cambio está detenido y aún no se conoce una nueva fecha.
object-if-not-authorised-several = Su sí se mantiene. Los cambios surten efecto como pronto el { $day }.
object-if-not-authorised-several-held = Su sí se mantiene. Los cambios están detenidos y aún no se conoce una nueva fecha.
object-late-does = Qué efecto tiene una oposición tardía
object-late-does-text = Recibe un acuse de recibo de inmediato y una respuesta a más tardar el { $answer }. Por sí sola no detiene el cambio. ¿La envió antes o por otra vía? Díganos cuándo y cómo: una llegada anterior cuenta.
object-late-does-text-no-yes = Recibe un acuse de recibo de inmediato y una respuesta a más tardar el { $answer }. Sin su sí, el cambio no surte efecto para sus datos, se oponga o no.
object-h2 = Oponerse
object-h2-refuse = Denegar
object-h2-late = Escríbanos
object-h2-add = Completar su oposición
object-which = ¿A qué cambios se opone?
object-which-refuse = ¿Qué cambios deniega?
object-grounds = Sus motivos (puede añadirlos más tarde)
ground-transfer = Transferencia fuera de nuestra región
ground-data = Tipo de datos
ground-security = Seguridad del subencargado
ground-law = Nuestra propia legislación o nuestros contratos lo prohíben
ground-other = Otro motivo
object-text = Con sus propias palabras
object-text-hint = Basta una frase. ¿Qué tendría que ser distinto?
object-text-hint-reasons = Su contrato pide motivos de protección de datos. Envíe la oposición a tiempo; añada los motivos en cuanto pueda.
object-file = Un archivo, si lo desea
object-file-hint = PDF, imagen, texto o documento de oficina, hasta { $limit } MB. Se guarda con su oposición como prueba.
object-file-again = Su archivo { $name } todavía no está guardado. Elíjalo de nuevo, por favor.
object-file-too-large = El archivo tiene más de { $limit } MB y no se ha guardado. Elija uno más pequeño; lo que escribió sigue aquí.
object-file-of-no-kind = El archivo no es de ninguno de estos tipos y no se ha guardado. Elija otro; lo que escribió sigue aquí.
talk-file = Archivo: { $name }
object-condition = ¿Podría aceptarlo con una condición? ¿Cuál? (opcional)
object-behalf = En nombre de (solo si actúa por otra organización)
object-name = Su nombre y cargo (opcional)
object-button = Enviar la oposición
object-button-refuse = Enviar la denegación
object-button-late = Enviar la oposición tardía
object-button-add = Enviar
object-question = Solo tengo una pregunta
object-question-subject = { $change }: una pregunta
object-under = No se envía nada hasta que pulse un botón. Recibe de inmediato un acuse de recibo por correo; se envían copias a los contactos de privacidad que { $customer } ha designado.
object-empty = Escriba una frase o marque un cambio, para que sepamos a qué se opone.
object-too-long = Es más de lo que podemos recibir de una vez ({ $limit } caracteres). Acórtelo, o envíe el resto por correo.
object-problem = Su oposición aún no se ha enviado
object-your-notice = Su aviso
object-agreement = Contrato
object-reached = Aviso entregado
object-sent-to = Enviado a
object-read-letter = Leer la carta
object-belongs = Esta página pertenece a { $customer }. Quien tenga su dirección puede oponerse en su nombre.
object-uses = Usamos lo que envíe aquí solo para tramitar esta oposición y para demostrar cómo la hemos tramitado. { $processor }, { $dpo }
object-second = Se opuso { $received } ({ $reference }). Lo que escriba ahora se añade a ello.
object-somebody = { $customer } ya se ha opuesto ({ $reference }, { $received }). Puede completarlo.
object-subscriber = Recibe nuestras cartas porque las ha pedido. Oponerse es un derecho de nuestros clientes: si escribe en nombre de uno, indíquelo, y su mensaje cuenta desde el momento en que nos llega.
object-see-status = Ver en qué punto está
object-withdrawn = { $headline }: este cambio se ha retirado. No cambia nada; no hay nada a lo que oponerse.
object-nothing-left = Ya no hay nada a lo que oponerse.
object-over-title = Este cambio se ha retirado
object-over-lede = Se retiró antes de que llegara lo que envió: no hay nada a lo que oponerse, y lo que escribió <b>no se ha guardado</b>.
object-over-yours = Lo que escribió
object-in-force = { $headline }: en vigor para usted desde el { $day }.
object-not-yet = { $headline }: en vigor para algunos clientes, no para usted: algo suyo sigue pendiente o en curso.
object-held = { $headline }: no empezó el { $day } y no se utiliza para sus datos. Escribiremos de nuevo en cuanto haya una nueva fecha.
object-held-stays = { $headline }: no empezó el { $day }. { $name } trata sus datos como hasta ahora. Escribiremos de nuevo en cuanto haya una nueva fecha.
object-former = Este enlace pertenecía a una dirección que { $customer } ya no usa. Todavía puede enviar una oposición; se comprueba con { $customer }. Los mensajes anteriores no se muestran aquí.
object-was-resolved = Su oposición recibida { $received } ({ $reference }) está resuelta.
object-is-in-force = En vigor para usted desde el { $day }
object-in-use = { $headline }: en uso desde el { $day } sin que hayan transcurrido los plazos de aviso.
object-former-kept = Conservamos lo que ha enviado y lo comprobamos con { $customer }.
object-unknown-title = No conocemos este enlace
object-unknown-lede = Responda a nuestra carta o escriba a { $dpo }; lo que cuenta es cuándo nos llega su mensaje.
object-unknown-lede-none = Responda a nuestra carta; lo que cuenta es cuándo nos llega su mensaje.
object-too-many = Ha llegado tanto por este enlace en poco tiempo que esto <b>no</b> se ha guardado. Su texto sigue en el formulario: pulse el botón de nuevo dentro de { $wait }, o responda ahora a nuestra carta. Lo que cuenta es cuándo nos llega.
object-broke = Algo ha fallado por nuestra parte y su oposición <b>no</b> se ha guardado. Su texto sigue en el formulario: pulse el botón de nuevo, o responda a nuestra carta.

## Acuse de recibo y estado

objection-title = Su oposición nos ha llegado
objection-title-late = Su oposición nos ha llegado, después de su plazo
objection-title-status = Su oposición
receipt-h2 = Acuse de recibo
receipt-in-time = Recibida { $received }. <b>A tiempo</b>: su plazo termina { $deadline }.
receipt-in-time-effect = Recibida { $received }. <b>A tiempo.</b>
receipt-late = Recibida { $received }. <b>Después de su plazo</b> ({ $deadline }). La conservamos y respondemos a más tardar el { $answer }.
receipt-late-effect = Recibida { $received }, <b>después de que el cambio surtiera efecto</b>. La conservamos y respondemos a más tardar el { $answer }.
receipt-admitted = Recibida { $received }, después de su plazo ({ $deadline }). <b>La hemos admitido</b>: cuenta como si hubiera llegado a tiempo, y el cambio la espera.
receipt-unlinked = Recibida { $received }. Comprobamos con { $customer } que procede de allí; cuenta desde ese momento.
receipt-answer = Respondemos a más tardar el { $answer }.
receipt-mail = Un acuse de recibo está en camino a { $addresses }.
receipt-mail-waiting = Su oposición está a salvo con nosotros. El acuse de recibo por correo aún no ha salido; anote el número.
status-h2 = En qué punto está
status-received = Recibida
status-now = Ahora
status-lodged = Recibida
status-acknowledged = Acuse de recibo enviado
status-under_review = En examen
status-resolved = Resuelta
status-answer = Nuestra respuesta a más tardar
status-outcome = Resultado
status-open = Abierta
meanwhile-not-used = { $name } no se utiliza para sus datos mientras esto esté abierto.
meanwhile-not-changed = Para sus datos, { $name } queda como está mientras esto esté abierto.
meanwhile-after-start = Dejamos de utilizar { $name } para sus datos, o lo resolvemos con usted como dispone su contrato.
meanwhile-late = Esta oposición está marcada como tardía: por sí sola no detiene el cambio.
outcome-accommodated = Atendida
outcome-mitigated = Resuelta con una condición
outcome-withdrawn = Retirada
outcome-terminated = El servicio termina
outcome-change_withdrawn = Cambio retirado
outcome-not_upheld = No estimada
outcome-lapsed = Plazo agotado
outcome-not_entitled = No es del cliente
outcome-says-accommodated = { $name } no se utiliza para sus datos. { $reason }
outcome-says-mitigated = Resuelta con esta condición: { $condition }. { $reason }
outcome-says-withdrawn = Usted la retiró. { $reason }
outcome-says-terminated = El servicio afectado termina el { $day }; hasta entonces { $name } no se utiliza para sus datos. { $reason }
outcome-says-change_withdrawn = Hemos abandonado el cambio. { $reason }
outcome-says-not_upheld = No la hemos seguido, por estos motivos: { $reason }
outcome-says-not_upheld-remedies = Su contrato le da entonces: { $remedies }, hasta el { $day }.
outcome-says-lapsed = El tiempo que su contrato da para resolverlo ha terminado; dispone: { $reason }
outcome-says-lapsed-until = Esto vale hasta el { $day }.
outcome-says-not_entitled = Se ha preguntado a los contactos de su organización: quien escribió esto no habla en su nombre. { $reason }
talk-h2 = Qué se ha dicho
talk-you = Usted, por el enlace personal
talk-us = Delegado de protección de datos, { $processor }
talk-grounds = Motivos: { $grounds }
talk-condition = Aceptable con esta condición: { $condition }
talk-behalf = En nombre de { $behalf }
talk-add = Añadir un mensaje
talk-send = Enviar el mensaje
about-objection = Sobre esta oposición
about-change = Cambio
about-agreement = Su contrato
about-by = Recibida
about-channel-link = Por el enlace personal
about-channel-reply = En respuesta a nuestra carta
about-channel-console = Registrada por nosotros
about-channel-api = Por un programa suyo
about-channel-letter = Por carta
about-channel-phone = Por teléfono
about-channel-ticket = Por una solicitud de asistencia
about-channel-meeting = En una reunión
keep-page = Conserve esta página: su dirección figura en su acuse de recibo, y muestra qué pasa con su oposición.
to-object-page = El cambio y sus fechas
receipt-file = Guardar este acuse como archivo
take-back-link = Retirarla
take-back-title = ¿Retirar la oposición { $reference }?
take-back-lede = { $customer } deja entonces de oponerse: { $changes }. El cambio puede surtir efecto para { $customer }, y sus demás contactos de privacidad sabrán que usted la ha retirado.
take-back-button = Retirar la oposición
take-back-not = Mantener la oposición

## Carta

letter-title = Carta { $reference }
letter-lede = Enviamos esta carta a { $address }: { $sent }.
letter-lede-waiting = Esta carta a { $address } aún no ha salido.
letter-genuine = <b>Auténtica.</b> Está en el sitio de { $processor }, y la carta { $reference } es nuestra.
letter-planned = Inicio previsto
held-no-day = Detenido; aún no se conoce una nueva fecha
letter-until = Puede oponerse hasta
letter-until-effect = Puede oponerse hasta que el cambio surta efecto
letter-was-until = Su plazo terminó
letter-object = Oponerse, o ver sus fechas
letter-dates = Ver sus fechas
letter-today = Hoy
letter-as-sent = La carta tal como se envió
letter-not-kept = El texto de esta carta ya no se conserva.


## Cuando algo va mal

error-not-found = Esta página no existe
error-not-found-lede = Puede que la dirección se haya cortado o esté mal escrita.
error-method = Esta página no acepta eso
error-method-lede = Abra la página de nuevo y use sus botones.
error-too-large = Es demasiado de una vez
error-too-large-lede = Envíe menos, o envíelo por correo.
too-many-again = Ha llegado tanto desde su red en poco tiempo que no se ha enviado nada. Pulse el botón de nuevo dentro de { $wait }.
too-many-form = Ha llegado tanto desde su red en poco tiempo que no se ha enviado nada. Lo que escribió sigue aquí: pulse el botón de nuevo dentro de { $wait }.
wait-a-minute = un minuto
wait-minutes = { $minutes } minutos
error-too-many = Un momento
error-too-many-lede = Ha llegado demasiado desde su red en poco tiempo. Inténtelo de nuevo dentro de { $wait }. Su oposición cuenta desde el momento en que nos llega, también por correo.
error-form = El formulario no llegó entero
error-form-lede = Vuelva atrás y pulse el botón de nuevo.
error-cross = Esta petición vino de otro sitio
error-cross-lede = Por su seguridad aceptamos formularios solo de nuestras propias páginas. Abra la página de nuevo y pulse allí su botón.
error-away = En este momento no podemos guardar nada
error-away-lede = No se ha enviado ni cambiado nada. Inténtelo de nuevo en un minuto, o responda a nuestra carta: lo que cuenta es cuándo nos llega su mensaje.
error-broke = Algo ha fallado por nuestra parte
error-broke-lede = No se ha cambiado nada. Inténtelo de nuevo en un minuto. Si nos escribe al respecto, indique { $reference }.
error-slow = Ha tardado demasiado
error-slow-lede = No se ha cambiado nada. Inténtelo de nuevo en un minuto.

# Qué es una respuesta.
reply-objection-title = ¿Es su respuesta una oposición?
reply-objection-lede = Pulse el botón, y su respuesta cuenta como oposición a <b>{ $subprocessor }</b> desde el momento en que nos llegó.
reply-objection-button = Sí, me opongo
reply-question-title = ¿Es su respuesta una pregunta o un comentario?
reply-question-lede = Pulse el botón, y su respuesta se lee y se contesta, y el cambio no la espera. Todavía puede oponerse a <b>{ $subprocessor }</b> antes de que acabe su plazo.
reply-question-button = Es una pregunta o un comentario
reply-nothing = No se envía nada hasta que pulse el botón.
reply-said-objection-title = Su respuesta es una oposición
reply-said-objection-lede = Cuenta desde el momento en que nos llegó. Un acuse de recibo con su número llega por correo, y { $subprocessor } no se utiliza para sus datos hasta que se resuelva como dispone su contrato.
reply-said-question-title = Su respuesta se lee y se contesta
reply-said-question-lede = No detiene a { $subprocessor }. Si se opone, use el enlace de la carta, o respóndala empezando con la palabra OBJECT.
reply-back = Todos los subencargados

## ¿Es auténtica esta carta?

genuine-title = ¿Es auténtica esta carta?
genuine-lede = Cada carta de { $processor } lleva un código cerca del final. Introdúzcalo aquí y diremos qué carta es. No se dice nada de quién la recibió.
genuine-code = Código de la carta
genuine-hint = 20 caracteres que empiezan por «g-»
genuine-button = Comprobar
genuine-ours = <b>{ $processor } escribió esta carta.</b> Compare lo que dice con lo que figura aquí: si difieren, alguien la ha modificado.
genuine-what = Qué es
genuine-number = Número
genuine-sent = Enviada
genuine-not-sent = Todavía no
genuine-from = Nuestros remitentes
genuine-about = Se refiere a
genuine-planned = Previsto para el { $day }
genuine-links = Sus enlaces empiezan por <b>{ $site }</b>. Un enlace a otro lugar no es nuestro, sea cual sea el aspecto de la carta.
genuine-unknown = Ninguna de nuestras cartas lleva este código. Compruebe si hay un error al escribirlo.
genuine-number-typed = Es un número que pueden llevar varias cartas. El código empieza por «g-» y está en la letra pequeña al final de la carta.
genuine-not-ours = Si el código figura exactamente así en la carta, <b>no es nuestra</b>. No abra sus enlaces ni sus archivos. Avise a nuestro delegado de protección de datos: <a href="mailto:{ $dpo }">{ $dpo }</a>.
genuine-not-ours-none = Si el código figura exactamente así en la carta, <b>no es nuestra</b>. No abra sus enlaces ni sus archivos.
genuine-kind-announcement = Aviso de un cambio previsto
genuine-kind-reminder = Recordatorio de un plazo para oponerse
genuine-kind-rescheduled = Aviso de una nueva fecha
genuine-kind-withdrawn = Aviso de que se retiró un cambio
genuine-kind-held = Aviso de que un cambio espera
genuine-kind-effective = Aviso de que un cambio está en vigor
genuine-kind-corrected = Rectificación de una carta anterior
genuine-kind-confirmation = Un enlace para confirmar una dirección
genuine-kind-answer = Respuesta a un mensaje del lector
genuine-kind-other = Otra carta nuestra

mine-link = Todo lo que le concierne: su registro
mine-title = El registro para { $customer }
mine-lede = Lo que { $processor } utiliza para sus datos, lo que está previsto y las cartas que recibió. A { $day }.
mine-list-h2 = Los subencargados y sus datos
mine-list-empty = No se utiliza ningún subencargado.
mine-caption = A { $day }, por nombre
mine-your-data = Sus datos
mine-used = Se utiliza
mine-excluded = No se utiliza para sus datos
mine-not-covered = No para sus productos
mine-not-yet = Todavía no
mine-kept-back = Retenido
mine-until = Puede oponerse hasta { $deadline }.
mine-was-until = Podía oponerse hasta { $deadline }.
mine-not-owed = Su contrato no exige aviso de esto.
mine-not-asked = No tiene que hacer nada.
mine-planned-end = Final previsto
mine-agreements-h2 = Sus contratos y sus productos
mine-all-products = Todos los productos
mine-letters-h2 = Las cartas que recibió
mine-letters-none = Ninguna todavía.
mine-contacts-h2 = Quién recibe sus cartas
mine-you = usted
mine-unreachable = No localizable
