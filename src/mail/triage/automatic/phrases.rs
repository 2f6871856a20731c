//! What machines write that answer for people, in small letters and without accents ([`plain`](super::plain)).

use crate::mail::triage::wording::Phrases;

/// Header fields that only automatic answers have.
pub(super) static HEADERS: Phrases = Phrases::of(
    "
    X-Autoreply | X-Auto-Reply | X-AutoReply-From | X-Autoreply-Domain | X-Mail-Autoreply | X-Autorespond |
    X-Autoresponder | X-Auto-Responder | X-FC-MachineGenerated | X-POST-MessageClass | X-Vacation |
    X-Vacation-Message
",
);

/// How the subject of an automatic answer begins. None of them is how a person begins one.
pub(super) static SUBJECTS: Phrases = Phrases::of("
    automatic reply | automatic response | automated reply | automated response | auto reply | autoreply |
    auto-reply | auto response | auto-response | autoresponse | auto respond | autoresponder | out of office |
    out-of-office | out of the office | vacation reply | vacation message | vacation notice | away from |
    on vacation | automatische antwort | autom. antwort | automatische rueckantwort | abwesenheitsnotiz |
    abwesenheitsnachricht | abwesenheitsassistent | abwesenheit: | abwesend: | abwesenheitsmeldung | nicht im buero |
    ausser haus | reponse automatique | message automatique | absence du bureau | absent du bureau | absence : |
    absence: | respuesta automatica | contestacion automatica | fuera de la oficina | fuera de oficina |
    risposta automatica | risposta automatizzata | fuori sede | fuori ufficio | assente dall'ufficio |
    automatisch antwoord | automatische reactie | automatisch bericht | afwezigheidsbericht | afwezigheid |
    niet aanwezig | resposta automatica | ausencia temporaria | ausente do escritorio | fora do escritorio |
    odpowiedz automatyczna | automatyczna odpowiedz | autoodpowiedz | poza biurem | nieobecnosc | autosvar |
    automatiskt svar | automatiskt: | franvaro | ej pa kontoret | automatisk svar | automatisk besvarelse | fravaer |
    ikke til stede | ikke pa kontoret | automaattinen vastaus | automaattivastaus | poissa: | poissaoloilmoitus |
    lomavastaus | automaticka odpoved | automaticka odpoveď | mimo kancelar | nepritomnost | v nepritomnosti |
    automatikus valasz | hazon kivul | raspuns automat | otomatik yanit | αυτοματη απαντηση | автоматический ответ |
    автоответ | автоматична відповідь | вне офиса | 自動応答 | 自動返信 | 不在通知 | 自动回复 | 自動回覆 | 자동 회신 | 부재중 |
    automatiska atbilde | samodejni odgovor | automatski odgovor
");

/// How it may begin, if something else says the same. "Auto" is also a car.
pub(super) static SUBJECT_HINTS: Phrases = Phrases::of("
    auto: | auto : | autom. | automatic | ooo | oof | vacation | holiday | annual leave | away | absent | abwesen |
    urlaub | ausser haus | conge | absence | vacances | vacaciones | ausente | ferie | assente | vakantie | afwezig |
    ferias | urlop | nieobecn | semester | lomalla | dovolena | atbilde | thank you for | vielen dank fuer |
    merci pour | we have received | received your | request received | ticket | case # | confirmation | out of |
    отпуск | 不在 | 休假
");

/// That somebody is away.
pub(super) static ABSENT: Phrases = Phrases::of("
    out of office | out of the office | out-of-office | away from the office | away from my | on vacation |
    on holiday | on leave | annual leave | maternity leave | parental leave | paternity leave | sick leave |
    i am away | i'm away | i will be away | i'm currently away | currently away | currently out |
    currently unavailable | am not available | limited access to | no access to my | not be able to answer |
    not checking | return on | i will return | be back on | will be back | when i return | upon my return |
    respond when i | reply when i | your message has not been forwarded | no signal | not in the office |
    i am travelling | i am traveling | nicht im buero | ausser haus | abwesend | abwesenheit | im urlaub | in urlaub |
    nicht erreichbar | elternzeit | mutterschutz | wieder erreichbar | wieder im buero | kehre zurueck |
    bin ich wieder | wird nicht weitergeleitet | nicht im haus | eingeschraenkt erreichbar | zurueck am |
    je suis absent | suis absente | absent du bureau | absente du bureau | en conge | en vacances | de retour |
    a mon retour | actuellement absent | suis en deplacement | fuera de la oficina | fuera de oficina |
    de vacaciones | estoy ausente | estare ausente | no estare disponible | a mi vuelta | a mi regreso |
    me encuentro ausente | baja por | fuori ufficio | fuori sede | in ferie | saro assente | sono assente |
    al mio rientro | in vacanza | assente dall'ufficio | niet aanwezig | afwezig | met vakantie | op vakantie |
    met verlof | niet op kantoor | buiten kantoor | weer aanwezig | weer bereikbaar | fora do escritorio | de ferias |
    em ferias | estou ausente | estarei ausente | ausente do | ao meu regresso | retorno no dia | na urlopie |
    urlopie | poza biurem | jestem nieobecn | nieobecn | po powrocie | wracam | inte pa kontoret | pa semester |
    har semester | foraeldraledig | franvarande | tillbaka pa | tillbaka den | jag aer ledig | ikke pa kontoret |
    pa ferie | holder ferie | er pa ferie | fravaerende | tilbage pa | tilbake pa | barsel | orlov |
    poissa toimistolta | en ole toimistolla | lomalla | vuosilomalla | olen poissa | palaan toihin | palaan toeihin |
    palaan | mimo kancelar | na dovolene | nepritomen | nepritomna | cerpam dovolenou | vratim se | jsem mimo |
    szabadsagon | в отпуске | вне офиса | буду отсутствовать | отсутствую | у відпустці | 不在に | 不在と | 休暇 | 席を外して |
    外出 | 出張 | 休假 | 不在办公室 | 外出中 | 부재중 | 휴가 | atvalinajum | izinde
");

/// That a machine speaks.
pub(super) static MACHINE_SAYS: Phrases = Phrases::of("
    automatic reply | automated reply | automatic response | automated response | automated message |
    automatic message | auto-reply | autoreply | auto reply | autoresponse | auto-response | automatically generated |
    generated automatically | do not reply to this | please do not reply | this mailbox is not monitored |
    mailbox is unattended | automatische antwort | automatisch erstellt | automatisch generiert |
    automatisch erzeugt | automatische nachricht | automatische e-mail | reponse automatique | message automatique |
    genere automatiquement | respuesta automatica | mensaje automatico | generado automaticamente |
    risposta automatica | messaggio automatico | generato automaticamente | automatisch antwoord |
    automatisch gegenereerd | automatisch bericht | resposta automatica | mensagem automatica |
    gerada automaticamente | odpowiedz automatyczna | wiadomosc automatyczna | wygenerowana automatycznie |
    automatiskt svar | automatiskt genererat | autosvar | automatisk svar | automatisk genereret |
    automaattinen vastaus | automaattisesti | automaticka odpoved | automaticky | автоматический ответ | 自動返信 | 自動応答 |
    自动回复 | 自動的に
");

/// That somebody is gone for good.
pub(super) static LEFT: Phrases = Phrases::of("
    no longer works | no longer work | no longer working | no longer employed | no longer with | no longer at |
    no longer part of | has left the company | have left the company | left the company | left our company |
    has left the organi | has left us | left the firm | left the organi | is no longer an employee | retired |
    moved on from | my last day | i have left | i've left | not employed | nicht mehr im unternehmen |
    nicht mehr fuer | nicht mehr bei | nicht mehr taetig | unternehmen verlassen | firma verlassen | ausgeschieden |
    nicht mehr beschaeftigt | nicht mehr in unserem | im ruhestand | ne travaille plus | ne fait plus partie |
    a quitte | n'est plus | ai quitte | ya no trabaja | ya no forma parte | ha dejado la empresa |
    ha dejado de trabajar | ya no pertenece | non lavora piu | non fa piu parte | ha lasciato | non e piu in |
    niet meer werkzaam | werkt niet meer | niet langer werkzaam | uit dienst | ja nao trabalha | nao trabalha mais |
    nao faz mais parte | deixou a empresa | ja nao faz parte | nie pracuje | juz nie pracuj | zakonczyl prace |
    odszedl z | slutat | arbetar inte laengre | jobbar inte laengre | inte laengre kvar | ikke laengere ansat |
    arbejder ikke laengere | er fratradt | fratraadt | sluttet | jobber ikke lenger | ei ole enaeae |
    ei enaeae tyoeskentele | ei tyoeskentele enaeae | on lopettanut | siirtynyt | jiz nepracuje | uz nepracuje |
    ukoncil pracovni | nepracuje | больше не работает | уволил | 退職 | 退社 | 离职 | 離職 | 已不在
");

/// That the address will be another.
pub(super) static NEW_ADDRESS: Phrases = Phrases::of("
    new email address | new e-mail address | new address is | my new address | address has changed |
    changed my email | changed my e-mail | changed email address | changed our email | new email is |
    address will be closed | neue e-mail | neue email | neue mailadresse | neue adresse | adresse hat sich geaendert |
    nouvelle adresse | nueva direccion | nuevo correo | nuovo indirizzo | nuova mail | nuova email | nieuwe e-mail |
    nieuw e-mail | nieuwe mail | nieuw adres | novo email | novo e-mail | novo endereco | nowy adres | nowego adresu |
    ny e-post | uusi saehkoeposti | uusi osoite | nova adresa | novou adresu |
    novy e-mail | новый адрес | 新しいアドレス | アドレスが変わり | 新的邮箱
");

/// That a ticket was opened, or a letter arrived at a desk.
pub(super) static TICKETS: Phrases = Phrases::of("
    request received | has been received | we have received your | we've received your | have received your |
    received your request | received your message | received your email | received your e-mail |
    received your inquiry | creation of a trouble ticket | ticket has been created | ticket has been opened |
    ticket was created | a ticket with | new ticket | ticket number | ticket id | your ticket | case number |
    case has been created | has been assigned | created a ticket | support ticket | reference number |
    thank you for contacting | thanks for contacting | thank you for your email | thank you for your e-mail |
    thank you for your message | thank you for reaching | thanks for reaching | thank you for getting in touch |
    will get back to you | there is no need to reply | ihre anfrage ist eingegangen | wir haben ihre |
    ihre nachricht erhalten | ticketnummer | vielen dank fuer ihre nachricht | vielen dank fuer ihre anfrage |
    vielen dank fuer ihre e-mail | eingangsbestaetigung | nous avons bien recu | avons bien recu |
    accuse de reception | votre demande a | numero de ticket | hemos recibido | acuse de recibo | su solicitud |
    abbiamo ricevuto | la sua richiesta | la tua richiesta | wij hebben uw | we hebben uw | ontvangstbevestiging |
    uw bericht ontvangen | recebemos a sua | recebemos seu | recebemos sua | otrzymalismy | twoje zgloszenie |
    numer zgloszenia | vi har mottagit | vi har tagit emot | aerendenummer | vi har modtaget | sagsnummer |
    vi har mottatt | olemme vastaanottaneet | vastaanotettu | prijali jsme | vase zprava | vas pozadavek |
    получили ваш | ваш запрос | 受け付け | 受付 | 已收到 | お問い合わせ
");

/// That a robot wants an answer first.
pub(super) static CHALLENGES: Phrases = Phrases::of(
    "
    verification required | confirm that you are a person | confirm that you are human | prove you are human |
    prove that you are | to deliver your message | verify your email to | verify yourself |
    click the link below to deliver | click here to deliver | please verify your |
    has not been delivered yet because | being held until you | held because | complete the verification |
    spam arrest | spamarrest | boxbe | waiting list | sender verification | authorize your |
    to have your message delivered | bestaetigen sie, dass | confirmez que vous | confirme que | confermi di |
    bevestig dat
",
);

/// Header fields of systems through which people answer.
pub(super) static TICKET_SYSTEMS: Phrases = Phrases::of(
    "
    RT-Ticket | X-OTRS-Loop | X-Freshdesk-Ticket-Id | X-JIRA-FingerPrint | X-HelpScout-Ticket |
    X-Helpscout-Conversation-Id | X-HS-Cid | X-SFDC-LK | X-Zammad-Ticket-Id | X-osTicket | X-Kayako |
    X-ServiceNow-Generated | X-Front-Message | X-Intercom | X-GitLab-Project | X-Mailer-Ticket | X-Gorgias |
    X-Zoho-Desk
",
);

pub(super) static REPLY_ABOVE: Phrases = Phrases::of("
    type your reply above this line | reply above this line | write your reply above | antworten sie oberhalb |
    antwort oberhalb dieser | repondez au-dessus | escriba su respuesta por encima | reply above the line
");
