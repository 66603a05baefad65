package dev.aether.client.internal.messages;

import dev.aether.client.HistoryRules;
import dev.aether.client.NamespaceConfig;
import dev.aether.client.NamespaceInfo;
import dev.aether.client.NamespacePage;
import dev.aether.v1.ListNamespacesResponse;
import java.time.Duration;

/** Converts between the client's namespace types and the messages of the protocol. */
public final class NamespaceMessages {
  private NamespaceMessages() {}

  public static dev.aether.v1.NamespaceConfig config(NamespaceConfig config) {
    dev.aether.v1.NamespaceConfig.Builder message =
        dev.aether.v1.NamespaceConfig.newBuilder()
            .setReplicas(config.replicas())
            .setPartitions(config.partitions())
            .setMaxBytes(config.maxBytes());
    HistoryRules history = config.history();
    if (history != null) {
      message.setHistory(rules(history));
    }
    return message.build();
  }

  private static dev.aether.v1.HistoryRules rules(HistoryRules history) {
    dev.aether.v1.HistoryRules.Builder message =
        dev.aether.v1.HistoryRules.newBuilder().setKeepEvents(history.keepEvents());
    Duration age = history.keepAge();
    if (age != null) {
      message.setKeepAge(
          com.google.protobuf.Duration.newBuilder()
              .setSeconds(age.getSeconds())
              .setNanos(age.getNano()));
    }
    return message.build();
  }

  public static NamespaceInfo info(dev.aether.v1.Namespace message) {
    return new NamespaceInfo(
        message.getNamespace(),
        config(message.getConfig()),
        message.getIncarnation(),
        Messages.instant(message.getCreatedAt()));
  }

  private static NamespaceConfig config(dev.aether.v1.NamespaceConfig message) {
    return new NamespaceConfig(
        message.getReplicas(),
        message.getPartitions(),
        message.hasHistory() ? rules(message.getHistory()) : null,
        message.getMaxBytes());
  }

  private static HistoryRules rules(dev.aether.v1.HistoryRules message) {
    return new HistoryRules(
        message.getKeepEvents(),
        message.hasKeepAge()
            ? Duration.ofSeconds(message.getKeepAge().getSeconds(), message.getKeepAge().getNanos())
            : null);
  }

  public static NamespacePage page(ListNamespacesResponse message) {
    return new NamespacePage(
        message.getNamespacesList().stream().map(NamespaceMessages::info).toList(),
        message.getNextPageToken());
  }
}
