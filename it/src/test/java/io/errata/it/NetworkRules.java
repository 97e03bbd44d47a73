package io.errata.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/**
 * What network policies allow, by the rules of Kubernetes: a connection needs the leave of both
 * ends, and a pod that a policy names may do nothing but what one of its policies allows.
 *
 * @param policies all of the namespace
 * @param namespace whose they are
 */
record NetworkRules(List<JsonNode> policies, String namespace) {

  /**
   * One end of a connection.
   *
   * @param namespace empty where it is no pod
   * @param address where it is no pod
   */
  record Peer(String namespace, Map<String, String> labels, String address) {
    static Peer pod(String namespace, Map<String, String> labels) {
      return new Peer(namespace, labels, "");
    }

    static Peer address(String address) {
      return new Peer("", Map.of(), address);
    }
  }

  /** Whether somebody may open a connection. */
  boolean allows(Peer from, Peer to, int port, String protocol) {
    return leave(from, "Egress", "egress", "to", to, port, protocol)
        && leave(to, "Ingress", "ingress", "from", from, port, protocol);
  }

  private boolean leave(
      Peer whose, String type, String rules, String ends, Peer other, int port, String protocol) {
    if (!whose.namespace().equals(namespace)) {
      return true;
    }
    List<JsonNode> naming =
        policies.stream()
            .filter(
                policy -> any(policy.at("/spec/policyTypes"), each -> each.asText().equals(type)))
            .filter(policy -> selects(policy.at("/spec/podSelector"), whose.labels()))
            .toList();
    return naming.isEmpty()
        || naming.stream()
            .anyMatch(
                policy ->
                    any(
                        policy.path("spec").path(rules),
                        rule ->
                            isFor(rule.path(ends), end -> isOf(end, other))
                                && isFor(rule.path("ports"), each -> isOf(each, port, protocol))));
  }

  /** A list that isn't there is one of everything. */
  private static boolean isFor(JsonNode list, Predicate<JsonNode> condition) {
    return list.isMissingNode() || any(list, condition);
  }

  private static boolean any(JsonNode list, Predicate<JsonNode> condition) {
    return StreamSupport.stream(list.spliterator(), false).anyMatch(condition);
  }

  private static boolean isOf(JsonNode allowed, int port, String protocol) {
    return allowed.path("port").asInt() == port
        && allowed.path("protocol").asText("TCP").equals(protocol);
  }

  private boolean isOf(JsonNode end, Peer peer) {
    if (end.has("ipBlock")) {
      return peer.namespace().isEmpty()
          && isWithin(end.at("/ipBlock/cidr").asText(), peer.address());
    }
    Optional<JsonNode> namespaces = Optional.ofNullable(end.get("namespaceSelector"));
    boolean near =
        namespaces
            .map(
                selector ->
                    selects(selector, Map.of("kubernetes.io/metadata.name", peer.namespace())))
            .orElse(peer.namespace().equals(namespace));
    return !peer.namespace().isEmpty()
        && near
        && (!end.has("podSelector") || selects(end.path("podSelector"), peer.labels()));
  }

  /** Whether pods or namespaces with these labels are meant. */
  static boolean selects(JsonNode selector, Map<String, String> labels) {
    return StreamSupport.stream(
            ((Iterable<Map.Entry<String, JsonNode>>) () -> selector.path("matchLabels").fields())
                .spliterator(),
            false)
        .allMatch(each -> each.getValue().asText().equals(labels.get(each.getKey())));
  }

  private static boolean isWithin(String block, String address) {
    int shift = 32 - Integer.parseInt(block.substring(block.indexOf('/') + 1));
    return number(block.substring(0, block.indexOf('/'))) >> shift == number(address) >> shift;
  }

  private static long number(String address) {
    long number = 0;
    for (String part : address.split("\\.")) {
      number = number << 8 | Integer.parseInt(part);
    }
    return number;
  }
}
