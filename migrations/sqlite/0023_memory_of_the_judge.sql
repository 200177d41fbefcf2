-- What builds before the first release kept for their judge, and what the judge of today cannot read: pulses without the share
-- of stray failures or with looks that name no URL, and places that count looks in place of witnesses. It is working memory,
-- no history: the judge begins anew there, and outages and their episodes stay as they are.

delete from pulse
where state not like '%"strays"%' or state like '%"recent":["%' or state like '%"before":["%';

update outage set places = null
where places not like '%"witnesses_before"%' or places not like '%"any_lately"%'
   or places like '%"before_site":["%' or places like '%"before_place":["%';
