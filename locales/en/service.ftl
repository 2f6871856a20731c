# Subscription.
confirmation-subject = Please confirm: { $processor }'s notices of subprocessor changes
confirmation-head = Somebody, we think you, asked for { $processor }'s notices of subprocessor changes at this address.
confirmation-how = To get them, open this page and press the button:
confirmation-valid = The link works until { $valid_until }.
confirmation-not-you = If it was not you, you need do nothing: this is the only letter you get.
confirmation-what = You then get a letter before a subprocessor joins, changes or leaves, in good time to object if you are a customer. You can stop it with one click in every letter.
confirmation-preheader = One click and we write to you before a subprocessor changes.

# Alerts to the DPO.
alert-brand = Alert
alert-unreachable-subject = { $change_ref }: nobody at { $customer } can be reached
alert-unreachable-head = Nobody at { $customer } could be given notice of { $subprocessor } ({ $change_ref }).
    .rest = The gate stays shut for this customer until somebody there has had the letter. Correct or add a contact, or record service by other means: forenotice service record { $change_ref }.
alert-refused-subject = { $change_ref }: an address at { $customer } refused our letter
alert-refused-head = { $address } refused our letter about { $subprocessor } ({ $change_ref }).
    .rest = We have asked the next contact of { $customer }: { $next }. Ask the customer who follows.
alert-held-subject = { $change_ref }: held, { $subprocessor } did not start on { $old_effective_short }
alert-held-head = { $change_ref } is held: { $subprocessor } did not start on { $old_effective }.
    .rest = The gate was shut on the day. The register does not show the change, and everyone who had the announcement gets a letter today.
    .earliest = Earliest lawful new date: { $earliest }.
alert-postponed-subject = { $change_ref }: { $subprocessor } postponed to { $to_short }
alert-postponed-head = { $change_ref } is postponed: { $subprocessor } did not start on { $old_effective }.
    .rest = The gate was shut on the day, only by what ends by itself. By the policy the change moves to the day on which nothing of that stands in the way any more, and everyone who had the announcement gets a letter today.
    .to = New date: { $to }. To have another: forenotice change reschedule { $change_ref }.
alert-undecided-subject = { $change_ref }: a fault keeps { $subprocessor } from being decided
alert-undecided-head = { $change_ref } ({ $subprocessor }) is not decided: a fault of forenotice, not of yours.
    .rest = { $fault }
alert-aged-subject = { $change_ref }: the notice of { $subprocessor } is too old and must be given again
alert-aged-head = The notice of { $subprocessor } ({ $change_ref }) is too old.
    .rest = The change is held, and since { $since } its notice is older than your policy lets one be (notice_valid_days). The gate stays shut until the notice is given again; nothing does so by itself, because every period starts anew and a yes falls.
    .mend = Once nothing else stands in the way (forenotice gate { $change_ref }), give it again:
    .command = forenotice change reschedule { $change_ref } --effective { $day }
    .earliest = { $earliest } is the earliest lawful day if you do it today. Later the command says which day is.
alert-kept-back-subject = { $change_ref }: { $subprocessor } waits for { $waiting ->
        [one] one customer
       *[other] { $waiting } customers
    }
alert-kept-back-head = { $change_ref }: { $subprocessor } is in force for { $in_force ->
        [0] no customer yet
        [one] one customer
       *[other] { $in_force } customers
    }, and waits for { $waiting ->
        [one] one
       *[other] { $waiting }
    }.
    .rest = Each customer starts by itself, from { $effective } on, as soon as nothing of its own is in the way. Nobody else waits for it.
    .show = Who is kept back: forenotice gate { $change_ref }. Whether one may be served: forenotice clearance CUSTOMER "{ $subprocessor }".
alert-lodged-subject = { $objection_ref }: { $customer } objects to { $subprocessor } ({ $change_ref })
alert-lodged-head = { $customer } objects to { $subprocessor } ({ $change_ref }): { $objection_ref }, { $timeliness ->
        [late] after its deadline
       *[in_time] in time
    }.
    .rest = Answer it by { $answer_due }.
    .shut = Until it is resolved the gate is shut.
    .started = The change is in force, and the agreement lets the time to object to an emergency run on after its start. Until it is resolved this customer counts as excluded and is not cleared: stop using { $subprocessor } for its data.
alert-found-subject = { $objection_ref }: { $customer } objected in time, { $subprocessor } is in force ({ $change_ref })
alert-found-head = { $customer } objected to { $subprocessor } ({ $change_ref }) in time: { $objection_ref }. We know it only now.
    .rest = The change is in force since { $since }; for this customer it is cleared no more. Stop using { $subprocessor } for its data, then answer: forenotice objection show { $objection_ref }.
alert-silent-subject = { $change_ref }: { $silent ->
        [one] a customer has
       *[other] { $silent } customers have
    } not said yes to { $subprocessor }
alert-silent-head = { $silent ->
        [one] A customer was asked for its yes to { $subprocessor } ({ $change_ref }) and said nothing until its time was over.
       *[other] { $silent } customers were asked for their yes to { $subprocessor } ({ $change_ref }) and said nothing until their time was over.
    }
    .rest = By the policy silence is an exclusion: { $subprocessor } is not to be used for their data. Until each exclusion is confirmed the gate is shut; a yes that comes later ends it.
    .how = Switch { $subprocessor } off for them, then say how that is done, for each whom forenotice exclusion list names:
alert-lost-subject = { $change_ref }: the letter to { $customer } came back, { $subprocessor } is in force
alert-lost-head = The letter to { $address } about { $subprocessor } ({ $change_ref }) came back after the change had taken effect.
    .rest = { $customer } was served by it and by nothing else: it is cleared no more. Stop using { $subprocessor } for its data until it has had the notice: forenotice clearance says when.
alert-unheard-subject = { $change_ref }: { $letters ->
        [one] a letter
       *[other] { $letters } letters
    } about { $subprocessor } delayed, and nothing heard since
alert-unheard-head = { $letters ->
        [one] A letter about { $subprocessor } ({ $change_ref }) waited at a server that said until when it would try.
       *[other] { $letters } letters about { $subprocessor } ({ $change_ref }) waited at servers that said until when they would try.
    } That time is over, and nothing has come: no proof that it arrived, no bounce, no answer.
    .rest = { $letters ->
        [one] Its customer does not count as served
       *[other] Their customers do not count as served
    }, and the gate stays shut. Ask there by another way; then correct or add a contact, or record service by other means: forenotice service record { $change_ref }.
alert-mail-reply-subject = { $customer } has answered: a question or an objection? (mail { $mail })
alert-mail-reply-head = { $sender } has answered our letter to { $customer }, and does not say whether it objects.
    .held = Until somebody says what it is, it counts as an objection from the moment it reached us, and the change does not take effect.
    .rest = Read it and say what it is: forenotice inbox show { $mail }, then forenotice inbox classify { $mail }.
alert-mail-stranger-subject = Mail { $mail } from somebody we do not know: { $sender }
alert-mail-stranger-head = { $sender } has written to us, and we do not know for whom.
    .held = It may be anybody's objection: until somebody says what it is, no change of which customers have notice takes effect.
    .rest = Read it and say what it is: forenotice inbox show { $mail }, then forenotice inbox classify { $mail }.
alert-mail-case-subject = { $objection_ref }: { $sender } has written
alert-mail-case-head = { $sender } has answered a letter of { $objection_ref }.
    .rest = It is part of the case: forenotice objection show { $objection_ref }.
alert-mail-left-subject = { $customer }: { $sender } seems to have left
alert-mail-left-head = { $sender } seems to have left { $customer }.
    .rest = A machine there says so in answer to our letter. Ask { $customer } who follows, import that contact, and take this one out: forenotice customers suppress.
    .delegate = It names { $delegate }; nobody has checked that.
alert-mail-complaint-subject = { $customer }: { $sender } has marked our letter as unwanted
alert-mail-complaint-head = { $sender } at { $customer } has marked our letter as unwanted.
    .rest = It is owed by contract, so letters go on. The relay may drop what goes there from now on: ask { $customer } for another contact.
alert-mail-many-subject = More mail than you are told of one by one: see the inbox
alert-mail-many-head = More mail has come in this hour than you are told of one by one; this is from { $sender }, for { $customer }.
    .rest = All of it is stored, and what may be an objection holds its change until somebody says what it is: forenotice inbox list. The rest of this hour is not told.
alert-letter-lost-subject = { $objection_ref }: our letter to { $address } did not arrive
alert-letter-lost-head = Our letter to { $address } in the case { $objection_ref } did not arrive.
    .rest = Nobody there has read it. Write another way, or ask { $customer } for another contact: forenotice objection show { $objection_ref }.
alert-waits-subject = { $objection_ref }: { $step ->
        [answer_due] the answer to { $customer } is due today
        [answer_over] the answer to { $customer } is overdue
        [unattended] nobody attends to what { $customer } objects to
        [lapse_near] the time to settle it with { $customer } ends soon
       *[lapse] the time to settle it with { $customer } is over
    }
alert-waits-head = { $step ->
        [answer_due] { $customer } waits for our answer to { $objection_ref } ({ $subprocessor }, { $change_ref }): it is due today, { $on }.
        [answer_over] { $customer } waits for our answer to { $objection_ref } ({ $subprocessor }, { $change_ref }): it was due on { $on }.
        [unattended] Nobody attends to { $objection_ref }: { $customer } objects to { $subprocessor } ({ $change_ref }) and has had no answer.
        [lapse_near] The agreement with { $customer } gives until { $on } to settle { $objection_ref } ({ $subprocessor }, { $change_ref }).
       *[lapse] The time that the agreement with { $customer } gives to settle { $objection_ref } ({ $subprocessor }, { $change_ref }) ended on { $on }.
    }
    .rest = { $step ->
        [answer_due] Write to them today: forenotice objection answer { $objection_ref }.
        [answer_over] Write to them now: forenotice objection answer { $objection_ref }.
        [unattended] The answer is promised by { $on }: forenotice objection show { $objection_ref }.
        [lapse_near] What the agreement says holds from then on. Until it is resolved the gate is shut: forenotice objection show { $objection_ref }.
       *[lapse] The customer or both may now end the contract. Say until when: forenotice objection resolve { $objection_ref } --outcome lapsed --last-day DAY. Until then the gate is shut.
    }
alert-at-risk-subject = { $change_ref }: { $waiting ->
        [one] one letter waits
       *[other] { $waiting } letters wait
    }, the last lawful moment is near
alert-at-risk-head = { $waiting ->
        [one] One letter about { $subprocessor } ({ $change_ref }) has
       *[other] { $waiting } letters about { $subprocessor } ({ $change_ref }) have
    } not been taken by the relay.
    .rest = After { $latest } they are too late for the planned start. { $goes ->
        [goes] As letters go now, the last of them is out { $out }.
       *[stands] At the moment none goes.
    } Look at the relay: forenotice status.
alert-relay-subject = { $relay } refuses our letters
alert-relay-head = Our relay { $relay } refuses our letters.
    .rest = Its words speak of us as a sender or of a limit, not of an address, so nobody is struck off. Letters wait and are tried again, this one too. Look at the account and the sender's address there, then try: forenotice mail test. We tell you once a day while it lasts.
alert-path-subject = Answers may not reach us: a test letter by { $relay } has not come back
alert-path-head = { $proof ->
        [event] Our relay { $relay } has not told us that it delivered a test letter to us.
        [from] A test letter to our own sender address { $address } by our relay { $relay } has not come back.
       *[reply] A test letter to our own reply address { $address } by our relay { $relay } has not come back.
    }
    .rest = It left { $left }. Until one comes back, announcements by this relay wait: what customers answer might not reach us. All other letters go on.
    .flaw = What came back does not count. { $flaw }
    .mend = { $proof ->
        [event] See whether the relay's webhook still points to us and its key in inbound.events is the right one.
       *[other] Write to that address from outside and see where it stops: the MX record of its domain, the mail server in front of us, its spam folder, the mailbox that we read.
    } Then try again: forenotice mail probe. How each relay stands: forenotice doctor.
alert-successor-subject = { $customer }: another contact for notices was named
alert-successor-head = { $address } asks that somebody else at { $customer } gets the notices: { $successor }.
    .rest = Check with the customer, then import the new contact and take the old one out: forenotice customers suppress. Until then the letters go on to { $address }.
alert-they-wrote = They wrote
alert-relay-said = The relay said
alert-reasons = What stands in the way
alert-what-next = What to do

# The DPO's digest.
digest-subject = { $processor }, { $day_short }: { $needs ->
        [0] nothing needs you
        [one] one thing needs you
       *[other] { $needs } things need you
    }
digest-brand = Digest
digest-head = { $needs ->
        [0] Nothing needs you today.
        [one] One thing needs you.
       *[other] { $needs } things need you.
    }
    .day = { $day }
digest-approvals = Changes that await approval
digest-approval = { $change_ref }, { $subprocessor }: planned start { $effective }.
    .how = No letter of it leaves before somebody else than its author says yes; once its day is not lawful any more it needs a new one: forenotice change approve { $change_ref }
digest-objections = Objections to answer
digest-objection = { $reference }: { $customer } on { $change_ref }, { $timeliness ->
        [late] late
       *[in_time] in time
    }. Answer by { $answer_due }.
    .overdue = The answer is overdue.
    .settle = The agreement's time to settle it ends on { $settle_by }.
digest-exclusions = Exclusions to confirm
digest-exclusion = { $customer }: excluded from { $subprocessor } since { $since }, not confirmed.
    .how = Until it is confirmed the change waits. Say how its data are kept out: forenotice exclusion confirm
digest-failures = Letters that could not be delivered
digest-failure = { $customer }, { $address }: { $words }
digest-changes = Changes under way
digest-change = { $change_ref }, { $subprocessor }: { $state ->
        [scheduled] scheduled
        [in_notice] in notice
        [held] held
       *[other] { $state }
    }, planned start { $effective }.
    .open = Nothing stands in the way.
digest-in-use = In use since { $since } without completed notice.
digest-waiting = { $waiting ->
        [one] One letter waits
       *[other] { $waiting } letters wait
    } for the relay
    .until = ; after { $latest } one is too late.
digest-none = None.

# A letter that only shows that letters arrive.
test-subject = Test letter from { $processor }
test-head = Letters of { $processor } reach this address.
test-body = This letter was sent on { $at } to try the way. You need do nothing.
test-brand = Test
