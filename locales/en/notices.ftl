# 1. Announcement.
announcement-subject = { $change_ref }: { $subprocessor } planned from { $effective_short }; you can object until { $deadline_short }
    .several = { $count } subprocessor changes planned from { $effective_short }; you can object until { $deadline_short }
    .several-no-objection = { $count } subprocessor changes planned from { $effective_short }
    .specific = { $change_ref }: we ask for your authorisation of { $subprocessor } by { $deadline_short }
    .emergency = { $change_ref }: emergency replacement by { $subprocessor }; you can object until { $deadline_short }
    .material = { $change_ref }: change at { $subprocessor } planned from { $effective_short }; you can object until { $deadline_short }
    .removal = { $change_ref }: { $subprocessor } leaves our subprocessor list on { $effective_short }
    .removal-afterwards = { $change_ref }: { $subprocessor } has left our subprocessor list
    .removal-objection = { $change_ref }: { $subprocessor } leaves our subprocessor list on { $effective_short }; you can object until { $deadline_short }
    .no-objection = { $change_ref }: { $subprocessor } planned from { $effective_short }

# What is planned, as the end of "We plan to …".
headline-addition = use a new subprocessor, { $name }, for { $products }
headline-replacement = replace { $old_name } by { $name } for { $products }
headline-material_change = change how { $name } processes your data for { $products }
headline-removal = stop using { $name }
headline-correction = correct what our list says of { $name }
headline-several = make { $count } subprocessor changes
    .steps = make { $count } subprocessor changes: { $steps }

# The same as a heading over one change's facts.
section-addition = { $name } joins
section-replacement = { $name } replaces { $old_name }
section-material_change = { $name } changes
section-removal = { $name } leaves
section-correction = { $name }: correction

announcement-head = { $processor } plans to { $headline }.
    .afterwards = { $processor } no longer uses { $subprocessor }.
    .specific = { $processor } asks for your authorisation to { $headline }.
    .nothing-without-yes = Without your yes, { $kind ->
        [several] no change that needs it takes effect for your data
       *[other] { $subprocessor } is not used for your data
    }.
announcement-replaces = This letter replaces ours of { $replaced_announced } ({ $replaced_ref }): { $what_changed }. Your period starts anew.
    .objected = Your objection { $objection_ref } stands for the new plan too.
    .authorised = Your authorisation of { $authorised_on } does not cover the new plan; we ask again.
announcement-intro = under { $clause } we tell you before we change the companies that process your personal data for us.
    .subscriber = you asked us to tell you before we change the companies that process personal data for us.
    .afterwards = we tell you which companies process your personal data for us. One of them no longer does.

fact-company = Company
    .contact = contact: { $contact }
fact-legal_entity = Legal name
fact-name = Name
fact-address = Address
fact-contact = Contact
fact-website = Website
fact-category = Category
fact-purpose = What it does for you
fact-data_types = Your data
fact-data_subjects = Whose data
fact-nature = How, and how long
fact-places = Where
fact-transfer_mechanism = Transfer outside your region
fact-safeguards = Safeguards
fact-products = Products concerned
fact-affiliate = Affiliate of ours
fact-reason = Why
fact-engaged_by = Engaged by
fact-none = none
fact-unstated = not stated

compare-today = Today
compare-planned = Planned
compare-rest = Everything else stays as it is.

announcement-object = To object
    .open = open
    .how = (no account needed) or simply reply to this mail. Your objection is in time if it reaches us before the deadline above; you get a receipt with a number.
    .how-until-effect = (no account needed) or simply reply to this mail. Your objection is in time if it reaches us before { $kind ->
        [several] the changes take
       *[other] the change takes
    } effect; you get a receipt with a number.
    .which = You can object to one of them or to all: say which; if you name none, we take it that you mean all.
    .grounds = Please tell us your data protection reasons; you can add them later.
    .mail = Or write to this address; whatever arrives there is an objection:
objection-mail-subject = OBJECT { $change_ref }
objection-mail-body = We object to { $change_ref } ({ $subprocessor }).
announcement-authorise = To answer
    .open = open
    .how = and choose authorise or refuse.
announcement-refusal = If we hear nothing by { $deadline }
    .until-effect = If we hear nothing before { $kind ->
        [several] the changes take
       *[other] the change takes
    } effect
    .rest = , { $clause } treats that as a refusal.
announcement-then = What happens then.
    .rest = We answer by the date in the receipt. Until your objection is resolved as your agreement provides, { $kind ->
        [material_change] { $subprocessor } processes your data only as it does today
        [removal] nothing changes for your data
        [several] no change that you object to takes effect for your data
       *[other] { $subprocessor } is not used for your data
    }.
    .emergency = This is an emergency { $kind ->
        [material_change] change
        [removal] removal
       *[other] replacement
    }: { $emergency_reason }. { $clause_first } allows a shorter notice of { $notice_days ->
        [one] one day
       *[other] { $notice_days } days
    } for this. You keep your right to object until { $deadline }, we then stop using { $subprocessor } for your data or settle it with you as the agreement provides.
    .emergency-after = This is an emergency { $kind ->
        [material_change] change
        [removal] removal
       *[other] replacement
    }: { $emergency_reason }. { $clause_first } allows a shorter notice of { $notice_days ->
        [one] one day
       *[other] { $notice_days } days
    } for this. You keep your right to object until { $deadline }, also after the start; we then stop using { $subprocessor } for your data or settle it with you as the agreement provides.
announcement-silence = If we hear nothing by { $deadline }
    .until-effect = If we hear nothing before { $kind ->
        [several] the changes take
       *[other] the change takes
    } effect
    .rest = , we take it that { $customer } does not object ({ $clause }). { announcement-effect }
announcement-effect = { $kind ->
        [several] The changes take effect on { $effective } at the earliest; if one of them is later, we write again.
       *[other] The change takes effect on { $effective } at the earliest; if it is later, we write again.
    }
announcement-others = You act for other organisations?
    .rest = Pass this letter on to those whose agreement with you asks for it; this page can be shared:
    .object = You can object for one of them: name it.
announcement-question = A question?
    .rest = Reply and say that it is one. It does not move your deadline.
    .no-deadline = Reply to this mail.
announcement-late-joiner = For your information:
    .rest = this change was on our public list when { $customer } signed on { $signed_on }. You need do nothing. Questions: reply to this mail.

# 2. Reminder.
reminder-subject = { $kind ->
        [several] Reminder: you can object to { $count } subprocessor changes until { $deadline_short }
       *[other] Reminder, { $change_ref }: you can object until { $deadline_short } ({ $subprocessor })
    }
    .specific = { $kind ->
        [several] Reminder: we ask for your authorisation of { $count } subprocessor changes by { $deadline_short }
       *[other] Reminder, { $change_ref }: we ask for your authorisation of { $subprocessor } by { $deadline_short }
    }
reminder-head = { $days_left ->
        [0] Last day
        [one] 1 day left
       *[other] { $days_left } days left
    }: you can object to { $kind ->
        [several] { $count } subprocessor changes
       *[other] { $subprocessor }
    } until { $deadline }.
    .specific = { $days_left ->
        [0] Last day
        [one] 1 day left
       *[other] { $days_left } days left
    }: we still need your answer on { $kind ->
        [several] { $count } subprocessor changes by { $deadline_at }. Without your yes, no change that needs it takes effect for your data.
       *[other] { $subprocessor } by { $deadline_at }. Without your yes it is not used for your data.
    }
reminder-start = Planned start: { $effective }.
reminder-body = We wrote to { $reader } about { $kind ->
        [several] these changes ({ $steps })
       *[other] this change
    } on { $announced }. This reminder changes no date. We have no objection from you on record; if you sent one, forward it to us now, with its date.
    .specific = We wrote to { $reader } about { $kind ->
        [several] these changes ({ $steps })
       *[other] this change
    } on { $announced }. This reminder changes no date. We have no answer from you on record; if you sent one, forward it to us now, with its date.
reminder-object = Object or read the details:
    .reply = or reply to this mail.
    .specific = Authorise or refuse:

# 3a. Held.
held-subject = { $change_ref }: { $kind ->
        [material_change] the change at { $subprocessor } does not start on { $old_effective_short }
        [removal] { $subprocessor } does not leave our list on { $old_effective_short }
        [several] { $count } changes do not start on { $old_effective_short }
       *[other] { $subprocessor } does not start on { $old_effective_short }
    }
held-head = { $kind ->
        [material_change] The change at { $subprocessor } did not start on { $old_effective }. It processes your data as before.
        [removal] { $subprocessor } did not leave our list on { $old_effective }. It processes your data as before.
        [several] The changes announced for { $old_effective } did not start. Your data are processed as before.
       *[other] { $subprocessor } did not start on { $old_effective } and is not used for your data.
    }
    .rest = We write again as soon as there is a new date.
held-body = One of our conditions is not met yet (every customer has had its full notice; every objection in time is resolved). Your rights stay as they are.
held-open = You can still object, until { $deadline }:
    .reply = or reply.
held-closed = Your deadline was { $deadline }; it does not reopen unless the plan changes.

# In use all the same: before the day, or after it while the change is held.
in-use-subject = { $change_ref }: { $subprocessor } in use since { $in_use_short } without completed notice
in-use-head = { $subprocessor } has been in use since { $in_use_since }, before everyone's notice has run.
    .change = The change at { $subprocessor } has been in use since { $in_use_since }, before everyone's notice has run.
    .rest = The change we announced does not count as in force. We write again when it does, or when there is a new date.
in-use-why = Why: { $in_use_why }.

# 3b. Rescheduled to a later day.
rescheduled-subject = { $change_ref }: new date for { $subprocessor }: { $effective_short }
rescheduled-head = { $kind ->
        [material_change] The change at { $subprocessor } now starts on { $effective }, not on { $old_effective }.
        [removal] { $subprocessor } now leaves our list on { $effective }, not on { $old_effective }.
        [several] The changes now start on { $effective }, not on { $old_effective }.
       *[other] { $subprocessor } now starts on { $effective }, not on { $old_effective }.
    }
    .rest = Nothing else changes.
rescheduled-open = You can object until: { $deadline }.
rescheduled-closed = Your deadline, { $deadline }, is unchanged.
rescheduled-objected = Your objection { $objection_ref } stands; you need not repeat it.
rescheduled-details = Details:
rescheduled-object = Object:
    .reply = or reply.

# 3d. Corrected: a slip, nothing is earlier or wider.
corrected-subject = { $change_ref }: correction to our letter about { $subprocessor }
corrected-head = Correction to our letter of { $announced }: { $field } reads { $new_value }, not { $old_value }.
    .dates = The dates stay: planned start { $effective }, you can object until { $deadline }.
    .dates-no-objection = The date stays: planned start { $effective }.
corrected-not-meant = Our letter of { $announced } was not meant for { $customer }. Nothing changes for your data. We are sorry.

# 4. Withdrawn.
withdrawn-subject = { $change_ref } withdrawn: { $subprocessor } { $kind ->
        [replacement] will not be used
        [material_change] stays as it is
        [removal] stays on our list
        [several] and the other changes will not come
       *[other] will not be used
    }
    .in-use = { $change_ref } withdrawn: { $subprocessor } stops on { $stops_on }
withdrawn-head = { $count ->
        [one] We have withdrawn this change
       *[other] We have withdrawn these changes
    }: { $subprocessor } will not { $kind ->
        [replacement] replace { $old_subprocessor }
        [material_change] change how it processes your data
        [removal] leave our subprocessor list
        [several] change as announced
       *[other] be used
    }.
    .when = It was announced on { $announced } for { $old_effective }.
    .in-use = We have withdrawn this change: { $subprocessor } stops on { $stops_on }.
withdrawn-objected = Your objection { $objection_ref } is closed as change withdrawn; it is not counted against you or us.
withdrawn-in-force = { $subprocessor } has processed data of { $customer } since { $in_force_since }. It stops on { $stops_on }; deletion or return follows by { $deletion_due } and we confirm it to you.
withdrawn-again = If we plan it again, you get a new letter with a new full period.

# The change is in force.
effective-subject = { $change_ref }: { $kind ->
        [replacement] { $subprocessor } in use instead of { $old_subprocessor } since { $effective_short }
        [material_change] the change at { $subprocessor } in force since { $effective_short }
        [removal] { $subprocessor } off our subprocessor list since { $effective_short }
        [correction] our list corrected on { $effective_short }
        [several] { $count } changes in force since { $effective_short }
       *[other] { $subprocessor } in use since { $effective_short }
    }
    .excluded = { $change_ref }: { $subprocessor } has started, and is not used for your data
effective-head = { $kind ->
        [replacement] { $subprocessor } has replaced { $old_subprocessor } for { $products } since { $effective }.
        [material_change] The change at { $subprocessor } has been in force since { $effective }.
        [removal] We have not used { $subprocessor } since { $effective }.
        [correction] What our list says of { $subprocessor } has been corrected since { $effective }.
        [several] The { $count } changes we announced have been in force since { $effective }.
       *[other] { $subprocessor } has been in use for { $products } since { $effective }.
    }
    .excluded = { $subprocessor } started on { $effective }. It is not used for your data.
effective-body = We announced this on { $announced }. Every customer has had its full notice, and every objection in time is resolved.
effective-excluded = That is how we settled your objection { $objection_ref }.
