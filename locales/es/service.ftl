# Suscripción. Los avisos al delegado de protección de datos están en inglés, como la línea de comandos.
confirmation-subject = Confirme: los avisos de { $processor } sobre subencargados
confirmation-head = Alguien, creemos que usted, ha pedido para esta dirección los avisos de { $processor } sobre cambios de subencargados.
confirmation-how = Para recibirlos, abra esta página y pulse el botón:
confirmation-valid = El enlace vale hasta { $valid_until }.
confirmation-not-you = Si no fue usted, no tiene que hacer nada: esta es la única carta que recibe.
confirmation-what = Después recibe una carta antes de que un subencargado se incorpore, cambie o deje la lista, a tiempo para oponerse si es cliente. Con un clic en cada carta puede dejar de recibirlas.
confirmation-preheader = Un clic, y le escribimos antes de que cambie un subencargado.
