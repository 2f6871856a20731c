# Words of the public and the personal pages. Sentences of the objection page are those of letters-en, section 7.

## Shell

brand = Subprocessors
title-of-site = { $processor } subprocessors
skip = Skip to content
nav-main = Main
nav-about = About this site
nav-languages = Language
nav-register = Register
nav-changes = Changes
nav-subscribe = Subscribe
nav-feed = Atom feed
nav-genuine = Is a letter genuine?
feed-title = Changes of subprocessors
feed-title-of = { $processor }: changes of subprocessors
feed-entry = { $what }: { $headline } ({ $reference })
feed-summary = { $headline }, planned for { $day }.
dpo = Data protection officer:
legal-imprint = Imprint
legal-privacy = Privacy notice
legal-terms = Terms
more = More
back-to-register = Back to the register

## Dates

weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
weekday-short-1 = Mon
weekday-short-2 = Tue
weekday-short-3 = Wed
weekday-short-4 = Thu
weekday-short-5 = Fri
weekday-short-6 = Sat
weekday-short-7 = Sun
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
month-short-1 = Jan
month-short-2 = Feb
month-short-3 = Mar
month-short-4 = Apr
month-short-5 = May
month-short-6 = Jun
month-short-7 = Jul
month-short-8 = Aug
month-short-9 = Sep
month-short-10 = Oct
month-short-11 = Nov
month-short-12 = Dec
date-long = { $weekday } { $day } { $month } { $year }
date-short = { $weekday } { $day } { $month } { $year }
date-plain = { $day } { $month } { $year }
date-day-month = { $day } { $month }
date-month = { $month } { $year }
instant = { $day }, { $time }, { $zone }
instant-plain = { $day }, { $time }
zone-city = { $city } time
zone-utc = UTC

## Facts of a subprocessor

fact-name = Name
fact-legal_entity = Legal entity
fact-address = Address
fact-contact = Contact
fact-website = Website
fact-category = Category
fact-purpose = Purpose
fact-nature = How, and how long
fact-places = Where
fact-countries = Countries
fact-regions = Regions
fact-data_types = Personal data
fact-data_subjects = Whose data
fact-products = Products
fact-transfer_mechanism = Transfer
fact-safeguards = Safeguards
fact-affiliate = Affiliate of ours
fact-engaged_by = Engaged by
fact-since = On this list since
yes = Yes
no = No
not-stated = Not stated
all-products = All products
transfer-none-needed = None needed (EU)

## Calendars
ics-name = Subprocessors of { $processor }
ics-change = { $headline } ({ $reference })
ics-deadline = Last hour to object: { $headline } ({ $reference })
ics-deadline-says = You can object until { $deadline }, by the link in our letter or as a reply to it. If you agree, you need do nothing.
ics-deadline-standard = Under our standard agreement objections are possible until { $deadline }. If yours says otherwise, our letter has your date and your link to object.
log-calendar = calendar
object-calendar = Add to calendar (.ics)

## Changes in words

joins = { $name } joins
joined = { $name } joined
leaves = { $name } leaves
left = { $name } left
replaces = { $name } replaces { $old }
replaced = { $name } replaced { $old }
region-added = { $name } adds a region
region-added-past = { $name }: region added
data-added = { $name } gets further data
data-added-past = { $name }: further data added
changes = { $name } changes
changed = { $name } changed
corrected = { $name }: entry corrected
from-to = { $fact }: from <del>{ $before }</del> to <ins>{ $after }</ins>.
from-nothing-to = { $fact }: <ins>{ $after }</ins>, not stated before.
to-nothing = { $fact }: no longer stated, before <del>{ $before }</del>.
kind-addition = Addition
kind-replacement = Replacement
kind-material_change = Change of how data is processed
kind-removal = Removal
kind-correction = Correction of the entry, no new processing
kind-and-announced = { $kind }, announced on { $day }
kind-in-force = { $kind }, in force since { $day }
badge-open = Open to objections
badge-announced = Announced
badge-held = Held
badge-effective = In force
badge-for-some = In force for some
badge-withdrawn = Withdrawn

## Register

register-title = Register
register-h1 = Subprocessors
register-lede = The companies that process personal data for { $processor } and its customers. None joins this list before every customer has had notice and time to object.
coming-h2 = Coming
changes-of-day = { $count ->
    [one] One change
   *[other] { $word } changes
}
number-2 = two
number-3 = three
number-4 = four
number-5 = five
number-6 = six
number-7 = seven
number-8 = eight
number-9 = nine
coming-later = Later, or announced as well
coming-none = No change is planned
coming-none-way = Whoever subscribes is told first.
point-announced = Announced
point-today = Today
point-objections = Objections until*
point-objections-plain = Objections until
point-in-force = In force from
point-was-planned = Was planned for
point-withdrawn = Withdrawn
point-effective = In force since
coming-footnote = * Under our standard agreement. If yours says otherwise, the letter you got has your date and your personal link to object. No letter? Write to { $dpo }.
coming-footnote-none = * Under our standard agreement. If yours says otherwise, the letter you got has your date and your personal link to object.
coming-footnote-until-effect = Under our standard agreement you can object until the change takes effect. The letter you got has your personal link to object.
coming-held = The planned day has come, and this change has not taken effect: one of our conditions is not met yet (every customer has had its full notice; every objection in time is resolved). We write again as soon as there is a new date.
in-use = { $name } is in use since { $day } without completed notice.
was-in-use = { $name } was in use from { $day } on without completed notice.
for-some = { $headline }: in force since { $day } for customers whose notice has run; for every other customer not yet.
past-day = You see the register as it was on { $day }.
past-to-today = Back to today
list-h2-today = In use today
list-h2-past = In use on { $day }
filter-search = Search
filter-category = Category
filter-all-categories = All categories
filter-country = Country
filter-all-countries = All countries
filter-product = Product
filter-on = As of
filter-show = Show
on-future = Choose { $today } or earlier. What is planned after that is under Coming.
on-not-a-day = Choose a day, for example { $today }.
head-name = Subprocessor
caption = { $count ->
    [one] 1 subprocessor on { $day }, { $order }
   *[other] { $count } subprocessors on { $day }, { $order }
}
caption-filtered = { $shown } of { $count } subprocessors on { $day }, { $order }
order-name = by name
order-name-down = by name, backwards
order-where = by country
order-where-down = by country, backwards
order-transfer = by transfer
order-transfer-down = by transfer, backwards
row-more = Further facts
row-more-of = about { $name }
row-changes = Changes on { $day }
row-leaves = Leaves on { $day }
empty-nothing-found = Nothing found
empty-nothing-found-way = No subprocessor fits what you asked for.
empty-nothing-found-link = Show all
empty-register = No subprocessor is in use
empty-register-way = This list is empty on that day.
empty-before = The register does not reach back so far
empty-before-way = Its first entry is of { $day }.
empty-before-link = Show that day
empty-not-begun = The register is empty
empty-not-begun-way = Nothing has been entered yet.
machine-list = The same list for programs:
machine-schema = What each field means
transfer-h2 = How data may leave Europe
transfer-scc = SCC
transfer-scc-text = Standard contractual clauses of the European Commission, decision (EU) 2021/914.
transfer-idta = UK IDTA
transfer-idta-text = International Data Transfer Agreement of the UK Information Commissioner, for data from the United Kingdom.
transfer-addendum = UK Addendum
transfer-addendum-text = Addendum of the UK Information Commissioner to the European standard contractual clauses, for data from the United Kingdom.
transfer-dpf = Data Privacy Framework
transfer-dpf-text = Adequacy decision (EU) 2023/1795 for companies in the United States that have certified themselves.
transfer-bcr = BCR
transfer-bcr-text = Binding corporate rules approved by a supervisory authority.
transfer-adequacy = Adequacy decision
transfer-adequacy-text = The European Commission has decided that the country protects personal data well enough.
transfer-none = None needed
transfer-none-text = The data stays in the European Economic Area.
used-with = { $count ->
    [one] Used with one subprocessor.
   *[other] Used with { $count } subprocessors.
}
log-h2 = Change log
log-empty = Nothing has changed yet.
log-json = The log for programs (JSON)
log-announced = Announced
log-rescheduled = New date
log-held = Held
log-effective = In force
log-started = In force for some
log-withdrawn = Withdrawn
log-register = Register
log-opened = { $count ->
    [one] Opened with one subprocessor
   *[other] Opened with { $word } subprocessors
}

## One change

change-crumb = Change
change-title = { $headline } on { $day }
change-title-held = { $headline }: held
change-title-withdrawn = { $headline }: withdrawn
change-dates = Dates
change-why = Why
change-who = Who and what
change-before-after = Before and after
change-rest-stays = Everything else stays as it is.
change-caption = { $name }: what is different
comparison-fact = Fact
comparison-until = Until { $day }
comparison-from = From { $day }
comparison-before = Before
comparison-after = After
change-how = How to object
change-how-text = Use the personal link in your letter, or answer the letter and begin with the word OBJECT. Both reach us with the time they arrived, and both get a receipt.
change-how-then = If you do nothing, the change applies to you from { $day }. If you object in time, it does not apply to you until we have answered.
change-how-then-held = This change is held, and no new day is known yet. If you object in time, it does not apply to you until we have answered.
change-no-letter = You are a customer and have no letter? Write to
change-together = Announced together
change-history = What happened
change-objections-hint = { $time }, { $zone }, under our standard agreement. Your letter has your own date.
change-effect-hint = Only if every customer has had full notice and every objection in time is resolved.
change-removal = { $name } leaves on { $day }. You need do nothing.
change-held = This change did not take effect on { $day } and is not used. One of our conditions is not met yet: every customer has had its full notice, every objection in time is resolved. We write again as soon as there is a new date.
change-held-stays = This change did not take effect on { $day }: { $name } processes data as before. One of our conditions is not met yet: every customer has had its full notice, every objection in time is resolved. We write again as soon as there is a new date.
change-held-in-use = This change did not take effect on { $day }: one of our conditions is not met yet.
change-withdrawn = We have withdrawn this change. It was planned for { $day }. Nothing changes.
change-withdrawn-why = Why: { $why }
change-in-use = { $name } is in use since { $day } without completed notice. Why: { $why }
change-was-in-use = { $name } was in use without completed notice from { $day }; the last day is { $until }. Why: { $why }
change-for-some = In force since { $day } for customers whose notice has run. For every other customer it starts when its own notice has run and nothing it has said is open.
change-emergency = This is an emergency: { $why }

## One subprocessor

entry-crumb = Subprocessor
entry-in-use = In use
entry-left = No longer in use
entry-facts = Facts today
entry-facts-last = Facts as they were last
entry-facts-planned = Facts as announced
entry-chain = Who engages whom
entry-engages = Engages in turn
entry-history = History
entry-changes = All announced changes about it
entry-step-stated = On the list when it was opened
entry-step-joined = Joined
entry-step-altered = Changed
entry-step-left = Left
entry-left-on = { $name } has not been in use since { $day }.
entry-announced = { $name } is announced and not in use yet.
entry-never = { $name } was announced, the change was withdrawn, and it was never in use.
entry-unknown = We have no subprocessor of that name
entry-unknown-lede = Neither now nor before. It may be written another way: look for it in the <a href="/#today">register</a>.
point-joined = In use since
point-altered = Last changed
point-left = Not in use since
point-joins = Joins
point-alters = Changes
point-leaves = Leaves
change-entries = History and facts:

## Two days compared

compare-title = Compare two days
compare-h1 = What changed between { $from } and { $to }
compare-from = From
compare-to = To
compare-show = Compare
compare-future = Choose { $today } or earlier: what is planned after that may still move.
compare-before = Choose { $first } or later: the register begins on that day.
compare-joined = { $count ->
    [one] one subprocessor joined
   *[other] { $word } subprocessors joined
}
compare-left = { $count ->
    [one] one left
   *[other] { $word } left
}
compare-altered = { $count ->
    [one] the entry of one is different
   *[other] the entries of { $word } are different
}
compare-nothing = Nothing is different.
compare-joined-h2 = Joined
compare-left-h2 = Left
compare-altered-h2 = Different
compare-on = On { $day }
compare-caption = { $name }: what is different
compare-machine = The same for programs:
past-compare = What is different today

## Subscribe

subscribe-title = Subscribe
subscribe-h2 = Be told first
subscribe-promise = One letter per change, before it takes effect. Nothing else.
subscribe-address = Email address
subscribe-language = Language of the letters
subscribe-button = Subscribe
subscribe-or = Or follow by
subscribe-or-by = or
subscribe-bad-address = Check the address. It looks like name@company.example.
subscribe-lede = Whoever subscribes gets each notice by mail, without an account. Leaving takes one click.
wanted-summary = Only some changes
wanted-kinds = Kinds of change
wanted-products = Products
wanted-none = Tick none to hear of all.
wish-addition = A subprocessor joins
wish-replacement = One takes the place of another
wish-material_change = One processes data in another way or place
wish-removal = A subprocessor leaves
wish-everything = All changes
wish-of-products = { $kinds }; products: { $products }
confirm-only = You asked for: <b>{ $what }</b>.
manage-wanted = You hear of
manage-choices = Your choices
subscribed-title = One more step: look in your mail
subscribed-lede = If <b>{ $address }</b> can be subscribed, a letter with a link is on its way. Open the link and press <b>Confirm</b>. Until then you are not subscribed.
subscribed-no-letter = No letter after ten minutes?
subscribed-no-letter-text = Look in the spam folder. The link works for seven days. You can <a href="/subscribe">ask for another</a>.
subscribed-same = We say the same for every address, so that nobody can find out here who is subscribed.
confirm-title = Do you want these notices?
confirm-lede = We write to <b>{ $address }</b> before a subprocessor of { $processor } changes. One letter per change, nothing else.
confirm-button = Confirm
confirm-nothing = Nothing happens until you press the button. If you did not ask for this, close this page: you will not hear from us.
confirmed-title = You are subscribed
confirmed-lede = We write to <b>{ $address }</b> before a subprocessor changes.
confirmed-already = This link has done its work already; you are subscribed.
manage-link = Manage this subscription
confirm-expired-title = This link has expired
confirm-expired-lede = Links live for seven days. Ask for a new one with the button; it comes by mail to the same address.
confirm-expired-button = Send a new link
confirm-left-title = You have left
confirm-left-lede = This address was subscribed and has left since. Subscribe again to get notices.
unknown-link-title = We do not know this link
unknown-link-lede = Copy the whole address from the letter, it may have been cut in two. What you meant to write to us, you can also send to { $dpo }.
unknown-link-lede-none = Copy the whole address from the letter, it may have been cut in two.
manage-title = Your subscription
manage-lede = Letters go to { $address }.
manage-title-contact = Your notices
manage-lede-contact = Letters about subprocessors for { $customer } go to { $address }, because the agreement names it.
manage-facts = What we know of you
manage-address = Address
manage-language = Language
manage-since = Subscribed since
manage-state = State
manage-state-active = Letters are sent
manage-state-left = No letters: you have left
manage-state-suppressed = No letters: { $why }
manage-save = Save
manage-saved = Your choices are saved. They hold for what is announced from now on.
leave-h2 = Leave
leave-says = You get no further letters from this list. The register stays open to everybody.
leave-button = Unsubscribe
leave-contact-h2 = Not the right person?
leave-contact-says = { $customer } has agreed with us that somebody there gets these notices, so this address cannot simply leave. Name who should get them instead; our data protection officer sees to it. Until then they come to you.
unsubscribe-title = Leave this list?
unsubscribe-lede = <b>{ $address }</b> gets no further letters about subprocessors of { $processor }.
unsubscribed-title = You have left
unsubscribed-lede = <b>{ $address }</b> gets no further letters from this list.
unsubscribed-again = Pressed by mistake? <a href="/subscribe">Subscribe again</a>.
unsubscribe-contact-title = Who should get these notices?
unsubscribe-contact-lede = The agreement with { $customer } names <b>{ $address }</b> for notices about subprocessors. It is owed them, so it cannot leave without a successor.
unsubscribe-contact-address = Address of the successor
unsubscribe-contact-name = Name
unsubscribe-contact-button = Name the successor
unsubscribe-contact-done-title = Thank you, we see to it
unsubscribe-contact-done-lede = Our data protection officer checks with { $customer } and then writes to <b>{ $successor }</b>. Until then the notices come to <b>{ $address }</b>.

## Objection page

object-for = For { $customer } · { $change }
object-title-one = { $headline } from { $day }
object-title-several = { $changes } from { $day }
object-title-several-first = { $changes }, the first from { $day }
object-when = { $label }: { $day }
object-headline-addition = { $processor } plans to use a new subprocessor, { $name }.
object-headline-replacement = { $processor } plans to replace { $old } by { $name }.
object-headline-material_change = { $processor } plans to change how { $name } processes your data.
object-headline-removal = { $processor } plans to stop using { $name }.
object-headline-correction = { $processor } has corrected the entry of { $name }.
object-headline-several = { $processor } plans { $word } changes of its subprocessors.
object-headline-steps = { $processor } plans { $word } changes of its subprocessors: { $steps }.
object-specific = { $processor } asks { $customer } to authorise { $name }. Without your yes it is not used for your data. To refuse, use the form.
object-specific-altered = { $processor } asks { $customer } to authorise the change of { $name }. Without your yes { $name } stays as it is for your data. To refuse, use the form.
object-anew = { $headline }: we announce this anew. A new letter with its dates is on its way to you.
object-silent = { $headline }: { $customer } has not authorised it by its deadline, so { $name } is not used for your data.
object-silent-altered = { $headline }: { $customer } has not authorised it by its deadline, so { $name } stays as it is for your data.
object-authorise-by-letter = To authorise it, one of your privacy contacts answers our letter.
object-authorised = { $customer } has authorised { $name }. Until it starts you can take that back by answering our letter.
authorise-h2 = Does { $customer } authorise { $name }?
authorise-says = You answer for { $customer } as { $address }. Your yes counts from this moment; it is kept with its time as evidence.
authorise-button = Yes, authorise { $name }
object-answer = Authorise or refuse
object-until = You can object until { $deadline }
object-until-answered = Please answer until { $deadline }
object-until-effect = You can object until the change takes effect, at the earliest { $deadline }
object-until-effect-answered = Please answer before the change takes effect, at the earliest { $deadline }
object-until-effect-held = You can object until the change takes effect; it is held, and no new day is known yet
object-until-after-start = You can object until { $deadline }, also now that it has started
object-closed = Your deadline was { $deadline }
object-closed-line = You can still write to us: we keep it, mark it late and answer it. It does not by itself stop the change.
object-closed-line-no-yes = You can still write to us: we keep it, mark it late and answer it. Without your yes the change does not take effect for your data.
object-not-served = Your period has not begun
object-not-served-line = We have not been able to hand you the letter yet. You can object now; your period begins when the letter has reached you.
object-exempt = This change needs no notice to you
object-informed = You are told because you asked to be
object-exempt-line = You can write to us about it all the same: we keep it and answer it.
object-not-asked = You need do nothing
object-not-asked-line = Nobody is asked whether a subprocessor may leave. You can write to us about it all the same: we keep it and answer it.
object-bar = { $passed } of { $all } days have passed
object-left = { $count ->
    [0] <b>Today is the last day</b> of your period.
    [one] <b>One day left</b> of your period.
   *[other] <b>{ $count } days left</b> of your period.
}
object-no-need = No objection? You need do nothing and can close this page.
object-need-yes = We need your yes. If we hear nothing, that is a refusal.
object-need-none = We have your answer. You need do nothing more and can close this page.
object-follows = What follows
object-if = If you object
object-if-refuse = If you refuse
object-if-text = { $name } is not used for your data until your objection is resolved as your agreement provides. You get a receipt at once, and an answer by { $answer }.
object-if-altered = { $name } stays as it is for your data until your objection is resolved as your agreement provides. You get a receipt at once, and an answer by { $answer }.
object-if-several = No change that you object to takes effect for your data until your objection is resolved as your agreement provides. You get a receipt at once, and an answer by { $answer }.
object-if-after-start = We stop using { $name } for your data, or settle it with you as your agreement provides. You get a receipt at once, and an answer by { $answer }.
object-if-after-start-altered = We go back to processing your data at { $name } as before, or settle it with you as your agreement provides. You get a receipt at once, and an answer by { $answer }.
object-if-removal = You get a receipt at once, and an answer by { $answer }.
object-if-not = If you do nothing
object-if-not-text = We take it that you do not object. The change takes effect on { $day } at the earliest.
object-if-not-held = We take it that you do not object. The change is held, and no new day is known yet.
object-if-not-after-start = We take it that you do not object. It stays in use.
object-if-not-after-start-altered = We take it that you do not object. The change stays in effect.
object-if-not-specific = Your agreement treats silence as a refusal: without your yes it is not used for your data.
object-if-not-specific-altered = Your agreement treats silence as a refusal: without your yes the change does not take effect for your data.
object-if-not-several = We take it that you do not object. The changes take effect on { $day } at the earliest.
object-if-not-several-held = We take it that you do not object. The changes are held, and no new day is known yet.
object-if-not-of = If you do nothing: { $headline }
object-if-not-objected = Your objection stands, and we answer it.
object-if-not-authorised = Your yes stands. The change takes effect on { $day } at the earliest.
object-if-not-authorised-held = Your yes stands. The change is held, and no new day is known yet.
object-if-not-authorised-several = Your yes stands. The changes take effect on { $day } at the earliest.
object-if-not-authorised-several-held = Your yes stands. The changes are held, and no new day is known yet.
object-late-does = What a late objection does
object-late-does-text = You get a receipt at once and an answer by { $answer }. It does not by itself stop the change. Did you send it earlier, or another way? Tell us when and how: an earlier arrival counts.
object-late-does-text-no-yes = You get a receipt at once and an answer by { $answer }. Without your yes the change does not take effect for your data, whether you object or not.
object-h2 = Object
object-h2-refuse = Refuse
object-h2-late = Write to us
object-h2-add = Add to your objection
object-which = Which changes do you object to?
object-which-refuse = Which changes do you refuse?
object-grounds = Your reasons (you can add them later)
ground-transfer = Transfer outside our region
ground-data = Kind of data
ground-security = Security of the subprocessor
ground-law = Our own law or contracts forbid it
ground-other = Another reason
object-text = In your own words
object-text-hint = One sentence is enough. What would have to be different?
object-text-hint-reasons = Your agreement asks for data protection reasons. Send the objection in time; add reasons as soon as you can.
object-file = A file, if you like
object-file-hint = PDF, image, text or office document, up to { $limit } MB. It is kept with your objection as evidence.
object-file-again = Your file { $name } is not kept yet. Please choose it again.
object-file-too-large = The file has more than { $limit } MB and was not kept. Choose a smaller one; what you wrote is still here.
object-file-of-no-kind = The file is none of these kinds and was not kept. Choose another; what you wrote is still here.
talk-file = File: { $name }
object-condition = Could you accept it on a condition? Which one? (optional)
object-behalf = On behalf of (only if you act for another organisation)
object-name = Your name and role (optional)
object-button = Send objection
object-button-refuse = Send refusal
object-button-late = Send late objection
object-button-add = Send
object-question = I only have a question
object-question-subject = { $change }: a question
object-under = Nothing is sent until you press a button. You get a receipt by mail at once; copies go to the privacy contacts that { $customer } named.
object-empty = Write a sentence or tick a change, so that we know what you object to.
object-too-long = That is more than we can take at once ({ $limit } characters). Shorten it, or send the rest by mail.
object-problem = Your objection has not been sent yet
object-your-notice = Your notice
object-agreement = Agreement
object-reached = Notice handed over
object-sent-to = Sent to
object-read-letter = Read the letter
object-belongs = This page belongs to { $customer }. Whoever has its address can object in its name.
object-uses = We use what you send here only to handle this objection and to prove how we handled it. { $processor }, { $dpo }
object-second = You objected on { $received } ({ $reference }). What you write now is added to it.
object-somebody = { $customer } has already objected ({ $reference }, { $received }). You can add to it.
object-subscriber = You get our letters because you asked for them. Objections are a right of our customers: if you write for one, name it, and your message counts from the moment it reaches us.
object-see-status = See where it stands
object-withdrawn = { $headline }: this change was withdrawn. Nothing changes; there is nothing to object to.
object-nothing-left = There is nothing left to object to.
object-over-title = This change was withdrawn
object-over-lede = It was withdrawn before what you sent arrived: there is nothing to object to, and what you wrote was <b>not kept</b>.
object-over-yours = What you wrote
object-in-force = { $headline }: in force for you since { $day }.
object-not-yet = { $headline }: in force for some customers, not for you: something of yours is still open or running.
object-held = { $headline }: did not start on { $day } and is not used for your data. We write again as soon as there is a new date.
object-held-stays = { $headline }: did not start on { $day }. { $name } processes your data as before. We write again as soon as there is a new date.
object-former = This link belonged to an address that { $customer } no longer uses. You can still send an objection; it is checked with { $customer }. Earlier messages are not shown here.
object-was-resolved = Your objection of { $received } ({ $reference }) is resolved.
object-is-in-force = In force for you since { $day }
object-in-use = { $headline }: in use since { $day } without completed notice.
object-former-kept = We keep what you sent and check it with { $customer }.
object-unknown-title = We do not know this link
object-unknown-lede = Reply to our letter or write to { $dpo }; what counts is when your message reaches us.
object-unknown-lede-none = Reply to our letter; what counts is when your message reaches us.
object-too-many = So much came by this link in a short time that this was <b>not</b> saved. Your text is still in the form: press the button again in { $wait }, or reply to our letter now. What counts is when it reaches us.
object-broke = Something broke on our side and your objection was <b>not</b> saved. Your text is still in the form: press the button again, or reply to our letter.

## Receipt and status

objection-title = Your objection has reached us
objection-title-late = Your objection has reached us, after your deadline
objection-title-status = Your objection
receipt-h2 = Receipt
receipt-in-time = Received { $received }. <b>In time</b>: your deadline is { $deadline }.
receipt-in-time-effect = Received { $received }. <b>In time.</b>
receipt-late = Received { $received }. <b>After your deadline</b> ({ $deadline }). We keep it and answer by { $answer }.
receipt-late-effect = Received { $received }, <b>after the change had taken effect</b>. We keep it and answer by { $answer }.
receipt-admitted = Received { $received }, after your deadline ({ $deadline }). <b>We have let it in</b>: it counts as if it had come in time, and the change waits for it.
receipt-unlinked = Received { $received }. We check with { $customer } that it is theirs; it counts from that moment.
receipt-answer = We answer by { $answer }.
receipt-mail = A receipt is on its way to { $addresses }.
receipt-mail-waiting = Your objection is safe with us. The receipt by mail has not left yet; note the number.
status-h2 = Where it stands
status-received = Received
status-now = Now
status-lodged = Received
status-acknowledged = Receipt sent
status-under_review = Under review
status-resolved = Resolved
status-answer = Our answer by
status-outcome = Outcome
status-open = Open
meanwhile-not-used = { $name } is not used for your data while this is open.
meanwhile-not-changed = For your data { $name } stays as it is while this is open.
meanwhile-after-start = We stop using { $name } for your data, or settle it with you as your agreement provides.
meanwhile-late = This objection is marked late: it does not by itself stop the change.
outcome-accommodated = Accommodated
outcome-mitigated = Settled on a condition
outcome-withdrawn = Taken back
outcome-terminated = Service ends
outcome-change_withdrawn = Change withdrawn
outcome-not_upheld = Not upheld
outcome-lapsed = Period over
outcome-not_entitled = Not the customer's
outcome-says-accommodated = { $name } is not used for your data. { $reason }
outcome-says-mitigated = Settled on this condition: { $condition }. { $reason }
outcome-says-withdrawn = You took it back. { $reason }
outcome-says-terminated = The service concerned ends on { $day }; until then { $name } is not used for your data. { $reason }
outcome-says-change_withdrawn = We dropped the change. { $reason }
outcome-says-not_upheld = We did not follow it, for these reasons: { $reason }
outcome-says-not_upheld-remedies = Your agreement then gives you: { $remedies }, until { $day }.
outcome-says-lapsed = The time your agreement gives to settle it is over; it provides: { $reason }
outcome-says-lapsed-until = This holds until { $day }.
outcome-says-not_entitled = Your organisation's contacts were asked: whoever wrote this does not speak for it. { $reason }
talk-h2 = What was said
talk-you = You, by personal link
talk-us = Data protection officer, { $processor }
talk-grounds = Reasons: { $grounds }
talk-condition = Could be accepted on this condition: { $condition }
talk-behalf = On behalf of { $behalf }
talk-add = Add a message
talk-send = Send message
about-objection = About this objection
about-change = Change
about-agreement = Your agreement
about-by = How it came
about-channel-link = By personal link
about-channel-reply = By reply to our letter
about-channel-console = Entered by us
about-channel-api = By a program of yours
about-channel-letter = By letter
about-channel-phone = By telephone
about-channel-ticket = By a support ticket
about-channel-meeting = In a meeting
keep-page = Keep this page: its address is in your receipt, and shows what becomes of your objection.
to-object-page = The change and your dates
receipt-file = Save this receipt as a file
take-back-link = Take it back
take-back-title = Take back objection { $reference }?
take-back-lede = { $customer } then no longer objects: { $changes }. The change can take effect for { $customer }, and your other privacy contacts are told that you took it back.
take-back-button = Take back the objection
take-back-not = Keep the objection

## Letter

letter-title = Letter { $reference }
letter-lede = We sent this letter to { $address }: { $sent }.
letter-lede-waiting = This letter to { $address } has not left yet.
letter-genuine = <b>Genuine.</b> You are on the site of { $processor }, and we wrote letter { $reference }.
letter-planned = Planned start
held-no-day = Held; no new day is known yet
letter-until = You can object until
letter-until-effect = You can object until the change takes effect
letter-was-until = Your deadline was
letter-object = Object, or see your dates
letter-dates = See your dates
letter-today = Today
letter-as-sent = The letter as it was sent
letter-not-kept = The words of this letter are no longer kept.


## When something is wrong

error-not-found = There is no such page
error-not-found-lede = The address may have been cut or mistyped.
error-method = This page does not take that
error-method-lede = Open the page again and use its buttons.
error-too-large = That is too much at once
error-too-large-lede = Send less, or send it by mail.
too-many-again = So much came from your network in a short time that nothing was sent. Press the button again in { $wait }.
too-many-form = So much came from your network in a short time that nothing was sent. What you typed is still here: press the button again in { $wait }.
wait-a-minute = a minute
wait-minutes = { $minutes } minutes
error-too-many = One moment
error-too-many-lede = Too much came from your network in a short time. Try again in { $wait }. Your objection counts from the moment it reaches us, also by mail.
error-form = The form did not arrive whole
error-form-lede = Go back, and press the button again.
error-cross = This request came from another site
error-cross-lede = For your safety we take forms only from our own pages. Open the page again and press its button there.
error-away = We cannot save anything at this moment
error-away-lede = Nothing was sent or changed. Try again in a minute, or reply to our letter: what counts is when your message reaches us.
error-broke = Something broke on our side
error-broke-lede = Nothing was changed. Try again in a minute. If you write to us about it, name { $reference }.
error-slow = That took too long
error-slow-lede = Nothing was changed. Try again in a minute.

# What a reply is.
reply-objection-title = Is your reply an objection?
reply-objection-lede = Press the button, and your reply counts as an objection to <b>{ $subprocessor }</b> from the moment it reached us.
reply-objection-button = Yes, I object
reply-question-title = Is your reply a question or a comment?
reply-question-lede = Press the button, and your reply is read and answered, and the change does not wait for it. You can still object to <b>{ $subprocessor }</b> by your deadline.
reply-question-button = It is a question or a comment
reply-nothing = Nothing is sent until you press the button.
reply-said-objection-title = Your reply is an objection
reply-said-objection-lede = It counts from the moment it reached us. A receipt with its number comes by mail, and { $subprocessor } is not used for your data until it is resolved as your agreement provides.
reply-said-question-title = Your reply is read and answered
reply-said-question-lede = It does not hold { $subprocessor } back. If you do object, use the link in the letter, or answer it and begin with the word OBJECT.
reply-back = All subprocessors

## Is this letter genuine?

genuine-title = Is this letter genuine?
genuine-lede = Every letter of { $processor } has a code near its end. Enter it here, and we say which letter it is. Who got it is not told.
genuine-code = Code in the letter
genuine-hint = 20 characters that begin with “g-”
genuine-button = Look it up
genuine-ours = <b>{ $processor } wrote this letter.</b> Compare what it says with what stands here: where they differ, somebody has altered it.
genuine-what = What it is
genuine-number = Number
genuine-sent = Sent
genuine-not-sent = Not yet
genuine-from = Our senders
genuine-about = About
genuine-planned = Planned for { $day }
genuine-links = The links in it begin with <b>{ $site }</b>. A link to anywhere else is not ours, whatever the letter looks like.
genuine-unknown = None of our letters has this code. Look for a mistake in typing.
genuine-number-typed = This is a number that several letters may have. The code begins with “g-” and stands in the small print at the end of the letter.
genuine-not-ours = If the code stands in the letter exactly like this, <b>the letter is not ours</b>. Do not open its links or files. Tell our data protection officer: <a href="mailto:{ $dpo }">{ $dpo }</a>.
genuine-not-ours-none = If the code stands in the letter exactly like this, <b>the letter is not ours</b>. Do not open its links or files.
genuine-kind-announcement = Notice of a planned change
genuine-kind-reminder = Reminder of a deadline to object
genuine-kind-rescheduled = Notice of a new date
genuine-kind-withdrawn = Notice that a change was withdrawn
genuine-kind-held = Notice that a change waits
genuine-kind-effective = Notice that a change is in force
genuine-kind-corrected = Correction of an earlier letter
genuine-kind-confirmation = A link to confirm an address
genuine-kind-answer = Answer to a message of the reader
genuine-kind-other = Another letter of ours

mine-link = Everything we have for you: your register
mine-title = The register for { $customer }
mine-lede = What { $processor } uses for your data, what is planned, and the notices you had. As of { $day }.
mine-list-h2 = Subprocessors and your data
mine-list-empty = No subprocessor is in use.
mine-caption = As of { $day }, by name
mine-your-data = Your data
mine-used = Used
mine-excluded = Not used for your data
mine-not-covered = Not for your products
mine-not-yet = Not yet
mine-kept-back = Kept back
mine-until = You can object until { $deadline }.
mine-was-until = You could object until { $deadline }.
mine-not-owed = Your agreement asks for no notice of this.
mine-not-asked = You need do nothing.
mine-planned-end = Planned end
mine-agreements-h2 = Your agreements and their products
mine-all-products = All products
mine-letters-h2 = Notices you had
mine-letters-none = None yet.
mine-contacts-h2 = Who gets your notices
mine-you = you
mine-unreachable = Cannot be reached
