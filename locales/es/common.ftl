# Lo que todas las cartas comparten. Un instante lleva su artículo: «el lunes, 7 de diciembre…».
list-comma = { $first }, { $rest }
list-and = { $first } y { $last }
products-all = todos nuestros productos
reader-you = usted
reader-organisation = su organización

clause-both = { $clause }, { $document }
clause-only = { $clause } de su contrato de encargo del tratamiento
clause-none = su contrato de encargo del tratamiento

greeting = Buenos días, { $contact_name }:
    .team = Buenos días, equipo de privacidad de { $customer }:
    .nobody = Buenos días:

brand = Aviso sobre subencargados
nothing-to-do = No tiene que hacer nada.
no-objection-no-action = Si no se opone, no tiene que hacer nada.

label-colon = :
label-planned-start = Inicio previsto
label-planned-end = Fin previsto
label-ended = Ya no se utiliza desde
label-until = Puede oponerse hasta
label-answer-by = Responda antes de que acabe este plazo
label-your-deadline = Su plazo
label-started = Empezó
label-not-before = No antes de

until-effect = que el cambio surta efecto, como pronto { $instant }

button-object = Leer y oponerse
button-answer = Leer y responder
button-details = Leer los detalles
button-confirm = Confirmar su suscripción
button-status = Ver en qué punto está
button-console = Abrir la consola

preheader-until = Puede oponerse hasta { $deadline }.
preheader-answer-by = Su plazo para responder: hasta { $deadline_at }.
preheader-start = Inicio previsto: { $effective }.

signature = { $dpo_name }, { $processor_legal }
signature-full = { $dpo_name }, { $processor_legal }, { $postal_address }, { $dpo_address }
signature-lines = { $dpo_name }
    .company = { $processor_legal }
    .address = { $postal_address }

footer-contact = Recibe esta carta porque { $customer } designó esta dirección para tales avisos. No es publicidad, por lo que no tiene enlace de baja. Para designar a otra persona:
footer-subscriber = Pidió estos avisos el { $subscribed_on }. Oponerse es un derecho de nuestros clientes: si escribe por uno de ellos, díganos su nombre en su respuesta, y su mensaje cuenta desde el momento en que nos llegó. Dejar de recibir estos correos:
footer-genuine = ¿Auténtica? La misma carta, { $notice_ref }, está en nuestro propio sitio:
footer-check = Para comprobarlo sin enlace, busque { $change_ref } en nuestra lista pública de subencargados, o introduzca el código { $letter_code } en { $genuine_url }
footer-code = ¿Auténtica? Introduzca el código { $letter_code } en { $genuine_url }
footer-register = Todos los subencargados:
footer-calendar = Su plazo para su calendario:
    .changes = Nuestros cambios para su calendario:
footer-current-list = Nuestra lista actual:
footer-customer = Para { $customer }
    .with-reference = Para { $customer }, con nosotros { $customer_reference }
