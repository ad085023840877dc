/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* out: where an admitted packet goes: to a phantom router, to an instance on this host, or over the underlay.
 */
#pragma once

#include "lib/capture.h"
#include "lib/deliver.h"
#include "lib/encapsulate.h"
#include "lib/filter.h"
#include "lib/seen.h"
#include "lib/share.h"
#include "lib/spread.h"
#include "lib/step.h"

/* Dropped for `reason`; the icmp_error program tells the sender. */
INLINE int icmp_error(struct step* s, __u32 reason, __u8 error, __u16 mtu) {
    s->error_reason = reason;
    s->error = error;
    s->error_mtu = mtu;
    return VERDICT_ICMP_ERROR;
}

/* Dropped for `reason`; the sender is told if its partition wants that. */
INLINE int unreachable(struct step* s, int reason, __u8 error) {
    return s->flags & WEFT_PORT_UNREACHABLE ? icmp_error(s, -reason, error, 0) : reason;
}

/* Into another partition go the record's own addresses alone: there they are known as the record's. */
INLINE int cross(struct step* s, __u32 gni) {
    const struct weft_local* own = find_local(&s->packet.source);
    if (!own || own->record != s->record) return DROP(peer_source);
    note(WEFT_TRACE_PARTITION, gni, 0);
    s->packet.destination.gni = gni;
    return VERDICT_NEXT;
}

/* To the record that forwards. */
INLINE int by_way_of(struct step* s, const struct weft_address* hop, const struct weft_overlay_key** next) {
    if (!hop) return DROP(route_hops);
    note_at(WEFT_TRACE_NEXT_HOP, 0, 0, hop);
    s->next.gni = s->gni;
    s->next.address = *hop;
    *next = &s->next;
    return VERDICT_NEXT;
}

/* The overlay address that the packet goes to next. Inside a subnet no route table applies. */
INLINE int next_hop(struct step* s, const struct weft_overlay_key** next) {
    *next = &s->packet.destination;
    if (s->to_router) return VERDICT_SERVICE;
    if (!s->routed) return VERDICT_NEXT;
    __u32 table = s->table;
    const struct weft_route* route = find_own_route(s->own_table, &table, &s->packet.destination.address);
    if (!route) return unreachable(s, DROP(no_route), ERROR_NO_ROUTE);
    const __u64 where = (__u64)table << 32 | route->prefixlen;
    note_at(WEFT_TRACE_ROUTE, where, route->target, &s->packet.destination.address);
    switch (route->target) {
        case WEFT_ROUTE_LOCAL: return VERDICT_NEXT;
        case WEFT_ROUTE_ROUTER: return VERDICT_SERVICE;
        case WEFT_ROUTE_PARTITION: return cross(s, route->gni);
        case WEFT_ROUTE_RECORD: return by_way_of(s, &route->next_hop, next);
        case WEFT_ROUTE_RECORDS: return by_way_of(s, share(table, route), next);
        case WEFT_ROUTE_BLACKHOLE: return DROP(blackhole);
    }
    return DROP(route_target);
}

/* The router's part: nothing on its last hop goes on, nothing that is larger than the way. */
INLINE int check_forward(const struct view* v, struct step* s, __u32 mtu, __u32 too_big) {
    if (s->routed && s->packet.hops <= 1) return icmp_error(s, WEFT_DROP_ttl_exceeded, ERROR_HOPS, 0);
    if (ip_size(v, &s->packet) > mtu) return icmp_error(s, too_big, ERROR_TOO_BIG, mtu);
    return VERDICT_NEXT;
}

/* On whose account a drop goes from here on. */
INLINE void charge(struct step* s, __u64 record, __u32 direction) {
    s->record = record;
    s->direction = direction;
}

INLINE int check_receiver(const struct step* s, const struct weft_local* local,
                          const struct weft_overlay_key* next) {
    const struct weft_overlay_key* destination = &s->packet.destination;
    int verdict = check_deliver(local);
    if (verdict != VERDICT_NEXT) return verdict;
    if (next == destination || !(local->flags & WEFT_PORT_SOURCE_DEST_CHECK)) return VERDICT_NEXT;
    const struct weft_local* owner = find_local(destination);
    return owner && owner->record == local->record ? VERDICT_NEXT : DROP(not_forwarding);
}

INLINE int out_local(struct __sk_buff* skb, struct step* s, const struct weft_local* local,
                     const struct weft_overlay_key* next) {
    const __u64 sender = s->record;
    charge(s, local->record, WEFT_RX);
    int verdict = check_receiver(s, local, next);
    if (verdict != VERDICT_NEXT) return verdict;
    charge(s, sender, WEFT_TX);

    struct view v = view_skb(skb);
    verdict = check_forward(&v, s, local->mtu, WEFT_DROP_local_too_big);
    if (verdict != VERDICT_NEXT) return verdict;
    charge(s, local->record, WEFT_RX);
    verdict = filter_rx(skb, &s->packet, local, s->tag, s->length);
    if (verdict == VERDICT_NEXT && s->member) verdict = hear_member(sender, s->member);
    if (verdict != VERDICT_NEXT) return verdict;
    v = view_skb(skb);
    struct ethhdr* eth = v.data;
    struct iphdr* ip = (void*)(eth + 1);
    if ((void*)(ip + 1) > v.end) return DROP(step_lost);
    copy_mac(eth->h_dest, local->mac);
    if (s->routed) {
        copy_mac(eth->h_source, local->router_mac);
        decrement_hops(ip, &s->packet);
    }
    verdict = deliver(skb, local);
    if (verdict < 0) return verdict;
    count_tx(sender, s->length, segments(skb));
    if (local->flags & WEFT_PORT_WATCH_RX) tell_delivered(skb, local, s->gni, 0, 0);
    if (s->flags & WEFT_PORT_WATCH_TX) tell_sent(skb, s, sender, WEFT_EVENT_SENT, 0, 0, 0);
    return verdict;
}

/* The source MAC on the wire: of a shared record's own packets it names the instance. */
INLINE void write_sender(struct step* s) {
    if (s->routed) copy_mac(s->mac, s->router_mac);
    if (!s->member) return;
    const struct weft_local* own = find_local(&s->packet.source);
    if (own && own->record == s->record) weft_member_mac(s->member, s->mac);
}

/* To `host`, s->next_mac there. */
INLINE int out_remote(struct __sk_buff* skb, struct step* s, __u64 host) {
    const struct weft_peer* peer = bpf_map_lookup_elem(&WEFT_PEER_MAP, &host);
    if (!peer) return DROP(no_peer);
    if (!peer->ifindex) return DROP(no_path);
    __u32 overhead = framework_overhead(peer);
    if (!overhead) return DROP(no_framework);
    if (s->max_overhead && overhead > s->max_overhead) return DROP(framework_overhead);

    struct view v = view_skb(skb);
    struct iphdr* ip = v.data + ETH_HLEN;
    if ((void*)(ip + 1) > v.end) return DROP(step_lost);
    int verdict = check_forward(&v, s, peer->mtu - overhead, WEFT_DROP_too_big);
    if (verdict != VERDICT_NEXT) return verdict;
    note_at(WEFT_TRACE_SEND, host, peer->framework, &peer->remote);
    write_sender(s);
    struct envelope e = {
        .peer = peer,
        .destination_mac = s->next_mac,
        .source_mac = s->mac,
        .hash = flow_hash(&v, &s->packet),
        .tos = s->packet.tos,
    };
    if (s->routed) decrement_hops(ip, &s->packet);
    __u32 packets = segments(skb); /* the kernel forgets them when it makes room */
    verdict = encapsulate(skb, s, &e);
    if (verdict != VERDICT_NEXT) return verdict;
    count_tx(s->record, s->length, packets);
    if (s->flags & WEFT_PORT_WATCH_TX)
        tell_sent(skb, s, s->record, WEFT_EVENT_SENT, host, peer->framework, overhead);
    if (s->flags & WEFT_PORT_CAPTURE) capture(skb, skb->len, s->record, WEFT_TX, WEFT_CAPTURE_OUTER);
    return send_to_peer(peer);
}

/* While the remote end does not answer, its mapping alone tells that it has joined or left groups since the
 * flow was judged. Flows that it began go by what it sends: that may come by way of another record, whose tag
 * it then carries. */
INLINE int check_remote_tag(const struct step* s, const struct weft_overlay_key* next, __u32 tag) {
    if (!s->judged || s->judged_tag == tag || next != &s->packet.destination) return VERDICT_NEXT;
    return judge_again(tag);
}

/* A mapping to several instances: which one, and where that is. */
INLINE int resolve_spread(struct step* s, const struct weft_mapping* mapping,
                          const struct weft_overlay_key* next, __u64* host, struct weft_local** local) {
    const struct weft_member* member = choose_member(mapping->record);
    if (!member) return DROP(no_member);
    note(WEFT_TRACE_MEMBER, member->host, member->attachment);
    __u32 id = weft_member_id(member->attachment);
    weft_member_mac(id, s->next_mac);
    *host = member->host;
    if (*host != own_host()) return VERDICT_NEXT;
    const struct weft_local* shared = find_local(next);
    if (shared) *local = find_seat(next->gni, id, shared->subnet);
    return VERDICT_NEXT;
}

/* The mapping decides; what it puts on this host, or does not know, is looked for among the attachments here.
 */
INLINE int out(struct __sk_buff* skb, struct step* s) {
    const struct weft_overlay_key* next;
    int verdict = next_hop(s, &next);
    if (verdict != VERDICT_NEXT) return verdict;
    const struct weft_mapping* mapping = find_mapping(next);
    struct weft_local* local = 0;
    __u64 host = 0;
    if (mapping) {
        note_at(WEFT_TRACE_MAPPING, mapping->host, mapping->record, &next->address);
        host = mapping->host;
        copy_mac(s->next_mac, mapping->mac);
        if (mapping->flags & WEFT_MAPPING_SPREAD) {
            verdict = resolve_spread(s, mapping, next, &host, &local);
            if (verdict != VERDICT_NEXT) return verdict;
        }
    }
    if (mapping && host != own_host()) {
        verdict = check_remote_tag(s, next, mapping->tag);
        return verdict == VERDICT_NEXT ? out_remote(skb, s, host) : verdict;
    }
    if (!local) local = find_local(next);
    if (local && (local->flags & WEFT_PORT_SPREAD) && !local->attachment) return DROP(no_member);
    if (!local) return mapping ? DROP(no_local) : unreachable(s, DROP(no_mapping), ERROR_NO_HOST);
    verdict = check_remote_tag(s, next, mapping ? mapping->tag : local->tag);
    return verdict == VERDICT_NEXT ? out_local(skb, s, local, next) : verdict;
}
