# 5. Receipt of an objection.
receipt-subject = Receipt { $objection_ref }: your objection to { $subprocessor } ({ $change_ref })
receipt-lead = We have your objection.
receipt-head = Number { $objection_ref }, received { $received }: in time
    .deadline = (your deadline: { $deadline }).
    .deadline-until-effect = (you can object until { $deadline }).
    .late = Number { $objection_ref }, received { $received }: after your deadline ({ $deadline }).
    .plain = Number { $objection_ref }, received { $received }.
receipt-now = You need do nothing now. We answer by { $answer_due }.
receipt-blocked = Until it is resolved, { $subprocessor } { $count ->
        [one] is
       *[other] are
    } not used for your data.
    .stays = Until it is resolved, { $subprocessor } { $count ->
        [one] stays as it is
       *[other] stay as they are
    } for your data.
    .mixed = Until it is resolved, nothing new begins for your data.
receipt-late = We keep it and answer by { $answer_due }.
    .rest = It does not by itself stop the change. Did you send it earlier, or another way? Tell us when and how: an earlier arrival counts.
    .some = Against { $subprocessor } it came too late: there it does not by itself hold anything back. We answer it all the same.
receipt-unknown = Which customer do you write for?
    .rest = Reply with its name: your objection then counts from the moment above. Objections are a right of our customers; from anybody else we read and answer it as a comment.
receipt-in-force = { $subprocessor } { $count ->
        [one] has
       *[other] have
    } been used for your data since { $in_force_since }. We answer by { $answer_due }, with what your agreement provides.

receipt-after-start = { $subprocessor } { $count ->
        [one] has
       *[other] have
    } been used for your data since { $in_force_since }. We stop that, or settle it with you as your agreement provides.

receipt-for = For
receipt-on-behalf = { $customer }, on behalf of { $on_behalf_of }
receipt-changes = Changes
receipt-sender = Sent by
receipt-words = Your words
receipt-add = Add reasons or files, see where it stands, or withdraw it:
    .reply = To add something you can also reply to this mail.
receipt-not-yours = Not sent by you or not in your name? Tell us by reply: it stays in force until one of your privacy contacts says otherwise.
words-clipped = The rest is on record with us.

# The DPO's answer, with the outcome once there is one.
answer-subject = Re: { $change_ref }: our answer to your objection { $objection_ref }
    .resolved = Re: { $change_ref }: your objection { $objection_ref } is resolved
answer-head = This is our answer to your objection { $objection_ref } to { $subprocessor }.
    .resolved = Your objection { $objection_ref } to { $subprocessor } is resolved.
answer-open = It is not resolved yet. Until it is, { $subprocessor } { $count ->
        [one] is
       *[other] are
    } not used for your data.
    .stays = It is not resolved yet. Until it is, { $subprocessor } { $count ->
        [one] stays as it is
       *[other] stay as they are
    } for your data.
    .mixed = It is not resolved yet. Until it is, nothing new begins for your data.
    .nothing = It is not resolved yet.
answer-received = We received it on { $received }.
answer-words = Our answer
answer-status = See where it stands, or add to it:
    .reply = You can also reply to this mail.

outcome-accommodated = { $subprocessor } is not used for your data.
outcome-mitigated = Settled on this condition: { $condition }.
    .agreed = Your yes to it: { $agreed }.
outcome-withdrawn = You took it back.
    .by = It was { $who }, by the link in our letter. If you still object, say so by the link below or by reply.
outcome-terminated = The service concerned ends on { $last_day }; until then { $subprocessor } is not used for your data.
    .refund = Refund: { $refund }.
outcome-change_withdrawn = We dropped the change.
outcome-not_upheld = We did not follow it, for these reasons: { $reasons }
    .remedies = Your agreement then gives you: { $remedies }, until { $last_day }.
outcome-lapsed = The time your agreement gives to settle it is over; it provides: { $reasons }
    .until = This holds until { $last_day }.
outcome-not_entitled = The privacy contacts of { $customer } were asked: whoever wrote does not speak for it.
    .asked = Who was asked: { $asked }.

# 6. A reply: objection or question?
reply-subject = Re: { $change_ref }: is your reply an objection?
reply-head = We have your reply about { $subprocessor }, received { $received }.
    .deadline = It is in time; your deadline: { $deadline }.
    .until-effect = It is in time: you can object until the change takes effect.
reply-safe = To be safe we treat it as an objection until this is clear. The change does not take effect for you meanwhile.
reply-ask = Please tell us with one click; each link opens a page with one button.
reply-yes = Yes, I object:
reply-no = No, it is a question or a comment:
reply-else = If you do not answer, our data protection officer reads your reply and decides; in doubt it stays an objection. If you later say that you object, the moment of this reply counts.
reply-answer = We answer by { $answer_due } either way.

# 7. The receipt of a yes.
authorised-subject = Receipt: your authorisation of { $subprocessor } ({ $change_ref })
authorised-lead = We have your authorisation.
authorised-head = Given { $received }: { $customer } authorises { $subprocessor }.
authorised-now = You need do nothing now. Once the change takes effect, { $subprocessor } may be used for your data.
authorised-by = Given by
authorised-status = See your dates, or object after all:
    .reply = Until it starts you can also take it back by replying to this mail.
authorised-not-yours = Not given by you or not in your name? Tell us by reply: it counts until one of your privacy contacts says otherwise.
