# What all letters share.
list-comma = { $first }, { $rest }
list-and = { $first } and { $last }
products-all = all our products
reader-you = you
reader-organisation = your organisation

clause-both = { $clause } of { $document }
clause-only = { $clause } of your data processing agreement
clause-none = your data processing agreement

greeting = Dear { $contact_name },
    .team = Dear privacy team of { $customer },
    .nobody = Hello,

brand = Subprocessor notice
nothing-to-do = You need do nothing.
no-objection-no-action = If you have no objection, you need do nothing.

label-colon = :
label-planned-start = Planned start
label-planned-end = Planned end
label-ended = Not used since
label-until = You can object until
label-answer-by = Please answer by
label-your-deadline = Your deadline
label-started = Started
label-not-before = Not before

until-effect = the change takes effect, at the earliest { $instant }

button-object = Read and object
button-answer = Read and answer
button-details = Read the details
button-confirm = Confirm your subscription
button-status = See where it stands
button-console = Open the console

preheader-until = You can object until { $deadline }.
preheader-answer-by = Please answer by { $deadline_at }.
preheader-start = Planned start: { $effective }.

signature = { $dpo_name }, { $processor_legal }
signature-full = { $dpo_name }, { $processor_legal }, { $postal_address }, { $dpo_address }
signature-lines = { $dpo_name }
    .company = { $processor_legal }
    .address = { $postal_address }

footer-contact = You get this letter because { $customer } named this address for such notices. It is not advertising, so it has no unsubscribe link: to name somebody else, use
footer-subscriber = You asked for these notices on { $subscribed_on }. Objections are a right of our customers: if you write for one, tell us its name in your reply and we count your message from the moment it reached us. Stop these mails:
footer-genuine = Genuine? The same letter, { $notice_ref }, is on our own site:
footer-check = To check it without a link, look up { $change_ref } on our public list of subprocessors, or enter the code { $letter_code } at { $genuine_url }
footer-code = Genuine? Enter the code { $letter_code } at { $genuine_url }
footer-register = All subprocessors:
footer-calendar = Deadline in your calendar:
    .changes = Our changes in your calendar:
footer-current-list = Our current list:
footer-customer = For { $customer }
    .with-reference = For { $customer }, { $customer_reference } with us
