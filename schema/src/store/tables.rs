//! The tables as Diesel sees them; the same on both databases.

diesel::table! {
    workspaces (workspace_id) {
        workspace_id -> BigInt,
        id -> Text,
        name -> Text,
        created_at -> BigInt,
        incarnation -> Text,
        block_version -> SmallInt,
        url_template -> Nullable<Text>,
    }
}

diesel::table! {
    ledgers (workspace_id) {
        workspace_id -> BigInt,
        timezone -> Text,
        pending_timezone -> Nullable<Text>,
        generation -> BigInt,
        directory_version -> BigInt,
        open_revision -> BigInt,
        rolled_up_at -> Nullable<BigInt>,
        next_run -> BigInt,
        last_night -> Nullable<Integer>,
        tried_at -> Nullable<BigInt>,
        head -> BigInt,
        final_before -> Nullable<Integer>,
        final_at -> Nullable<BigInt>,
        final_labels -> Nullable<BigInt>,
        rules -> Nullable<Text>,
        rules_version -> Nullable<Text>,
        pending_rules -> Nullable<Text>,
        pending_rules_version -> Nullable<Text>,
        hours -> BigInt,
        pending_hours -> BigInt,
    }
}

diesel::table! {
    zone_offsets (rules, begins_at) {
        rules -> Text,
        begins_at -> BigInt,
        offset_seconds -> Integer,
    }
}

diesel::table! {
    business_hours (workspace_id, hours) {
        workspace_id -> BigInt,
        hours -> BigInt,
        definition -> Text,
        set_at -> BigInt,
    }
}

diesel::table! {
    counters (workspace_id) {
        workspace_id -> BigInt,
        change -> BigInt,
        member -> BigInt,
        team -> BigInt,
        label -> BigInt,
        channel -> BigInt,
        customer -> BigInt,
        conversation -> BigInt,
        rating -> BigInt,
    }
}

diesel::table! {
    api_tokens (workspace_id, token_id) {
        workspace_id -> BigInt,
        token_id -> BigInt,
        name -> Text,
        scopes -> Text,
        secret_hash -> Binary,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (workspace_id, session_id) {
        workspace_id -> BigInt,
        session_id -> BigInt,
        member_key -> BigInt,
        secret_hash -> Binary,
        created_at -> BigInt,
        used_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    login_links (workspace_id, link_id) {
        workspace_id -> BigInt,
        link_id -> BigInt,
        member_key -> BigInt,
        secret_hash -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    audit_events (workspace_id, event_id) {
        workspace_id -> BigInt,
        event_id -> BigInt,
        at -> BigInt,
        actor -> Text,
        actor_key -> Nullable<BigInt>,
        kind -> Text,
        details -> Text,
    }
}

diesel::table! {
    audit_counters (workspace_id) {
        workspace_id -> BigInt,
        latest_event -> BigInt,
    }
}

diesel::table! {
    members (workspace_id, member_key) {
        workspace_id -> BigInt,
        member_key -> BigInt,
        id -> Text,
        name -> Text,
        email -> Nullable<Text>,
        role -> Text,
        active -> Bool,
        avatar_url -> Nullable<Text>,
        known -> Bool,
    }
}

diesel::table! {
    teams (workspace_id, team_key) {
        workspace_id -> BigInt,
        team_key -> BigInt,
        id -> Text,
        name -> Text,
        member_keys -> Text,
    }
}

diesel::table! {
    labels (workspace_id, label_key) {
        workspace_id -> BigInt,
        label_key -> BigInt,
        id -> Text,
        title -> Text,
        color -> Nullable<Text>,
        known -> Bool,
    }
}

diesel::table! {
    channels (workspace_id, channel_key) {
        workspace_id -> BigInt,
        channel_key -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    customers (workspace_id, customer_key) {
        workspace_id -> BigInt,
        customer_key -> BigInt,
        id -> Text,
        name -> Nullable<Text>,
        email -> Nullable<Text>,
        known -> Bool,
        erased -> Bool,
        opened_finally -> Bool,
    }
}

diesel::table! {
    conversations (workspace_id, conversation_key) {
        workspace_id -> BigInt,
        conversation_key -> BigInt,
        id -> Text,
        customer_key -> Nullable<BigInt>,
        created_at -> Nullable<BigInt>,
        channel_key -> Nullable<BigInt>,
        assignee_key -> Nullable<BigInt>,
        label_keys -> Text,
        closed_at -> Nullable<BigInt>,
        outcome -> Nullable<SmallInt>,
        updated_at -> Nullable<BigInt>,
        first_inbound_at -> Nullable<BigInt>,
        first_reply_at -> Nullable<BigInt>,
        opens_customer -> Bool,
        url -> Nullable<Text>,
        attributes -> Nullable<Text>,
        waiting_since -> Nullable<BigInt>,
        last_turn_at -> Nullable<BigInt>,
        first_closed_at -> Nullable<BigInt>,
        inbound_count -> Integer,
        reply_count -> Integer,
        bot_count -> Integer,
    }
}

diesel::table! {
    messages (workspace_id, id) {
        workspace_id -> BigInt,
        id -> Text,
        conversation_key -> BigInt,
        sent_at -> BigInt,
        kind -> SmallInt,
        author_key -> Nullable<BigInt>,
        waited_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    ratings (workspace_id, rating_key) {
        workspace_id -> BigInt,
        rating_key -> BigInt,
        id -> Text,
        conversation_key -> BigInt,
        rated_at -> BigInt,
        score -> SmallInt,
        comment -> Nullable<Text>,
        member_key -> Nullable<BigInt>,
    }
}

diesel::table! {
    follow_ups (workspace_id, id) {
        workspace_id -> BigInt,
        id -> Text,
        conversation_key -> BigInt,
        assignee_key -> Nullable<BigInt>,
        due_at -> Nullable<BigInt>,
        completed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    events (workspace_id, id) {
        workspace_id -> BigInt,
        id -> Text,
        conversation_key -> BigInt,
        at -> BigInt,
        kind -> SmallInt,
        member_key -> Nullable<BigInt>,
    }
}

diesel::table! {
    surveys (workspace_id, id) {
        workspace_id -> BigInt,
        id -> Text,
        conversation_key -> BigInt,
        asked_at -> BigInt,
        member_key -> Nullable<BigInt>,
        answered -> Bool,
    }
}

diesel::table! {
    dirty_days (workspace_id, day) {
        workspace_id -> BigInt,
        day -> Integer,
        mark -> BigInt,
        marked_at -> BigInt,
    }
}

diesel::table! {
    ledger_days (workspace_id, day) {
        workspace_id -> BigInt,
        day -> Integer,
        revision -> BigInt,
        rolled_up_at -> BigInt,
        seal -> Nullable<BigInt>,
    }
}

diesel::table! {
    day_blocks (workspace_id, day, revision) {
        workspace_id -> BigInt,
        day -> Integer,
        revision -> BigInt,
        block -> Binary,
        superseded_at -> Nullable<BigInt>,
        seal -> Nullable<BigInt>,
    }
}

diesel::table! {
    open_blocks (workspace_id, revision) {
        workspace_id -> BigInt,
        revision -> BigInt,
        block -> Binary,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    rollup_runs (workspace_id, run_id) {
        workspace_id -> BigInt,
        run_id -> BigInt,
        kind -> Text,
        state -> Text,
        from_day -> Nullable<Integer>,
        to_day -> Nullable<Integer>,
        requested_by -> Nullable<BigInt>,
        days_total -> BigInt,
        days_done -> BigInt,
        facts_read -> BigInt,
        queued_at -> BigInt,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        error -> Nullable<Text>,
        everything -> Bool,
        timezone -> Nullable<Text>,
        rules -> Nullable<Text>,
        revision -> BigInt,
        changed_days -> BigInt,
        checked_days -> BigInt,
        differing_days -> BigInt,
        hours -> BigInt,
    }
}

diesel::table! {
    rollup_tasks (workspace_id, run_id, task_id) {
        workspace_id -> BigInt,
        run_id -> BigInt,
        task_id -> BigInt,
        from_day -> Integer,
        to_day -> Integer,
        claim -> BigInt,
        claimed_by -> Nullable<Text>,
        claimed_until -> BigInt,
        done -> Bool,
        seen -> BigInt,
        emptied -> Text,
        facts_read -> BigInt,
    }
}

diesel::table! {
    leases (workspace_id, name) {
        workspace_id -> BigInt,
        name -> Text,
        holder -> Text,
        epoch -> BigInt,
        expires_at -> BigInt,
    }
}
