package dev.aether.server.store.jetstream.format;

import dev.aether.server.store.Namespaces;
import dev.aether.server.wire.NamespaceRecord;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.Replica;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of streams. JetStream removes nothing from them: there are no limits on the age
 * or number of messages or on messages per subject, and a full stream refuses new messages instead
 * of discarding old ones. If an actor's last commit were removed, the actor would start again at
 * version 1.
 */
public final class StreamConfigs {
  /** The name of the registry's stream. */
  public static final String REGISTRY = "AETHER-REGISTRY";

  /** The common prefix of the subjects of namespace records. */
  public static final String NAMESPACE_SUBJECTS = SubjectCodec.ROOT + ".n.";

  /** The subject of the store's identity. */
  public static final String IDENTITY_SUBJECT = SubjectCodec.ROOT + ".id";

  private StreamConfigs() {}

  public static StreamConfiguration log(NamespaceRecord record, LogStream stream) {
    return kept(stream.name(), record.getReplicas())
        .description("Aether: the log of namespace " + record.getNamespace())
        .subjects(SubjectCodec.prefix(stream.log()) + ">")
        .maxBytes(record.getMaxBytes() == 0 ? -1 : record.getMaxBytes())
        .allowDirect(true)
        .allowAtomicPublish()
        .metadata(
            Map.of(
                "aether.namespace", record.getNamespace(),
                "aether.incarnation", record.getIncarnation(),
                "aether.partition", Integer.toString(stream.log().partition())))
        .build();
  }

  /** Reads go to the leader, as for the registry. */
  public static StreamConfiguration snapshots(Namespaces.Info namespace) {
    return kept(SubjectCodec.snapshotStream(namespace), namespace.replicas())
        .description("Aether: the snapshots of namespace " + namespace.namespace())
        .subjects(SubjectCodec.snapshotPrefix(namespace) + ">")
        .maxMessagesPerSubject(1)
        .allowDirect(false)
        .metadata(
            Map.of(
                "aether.namespace", namespace.namespace().name(),
                "aether.incarnation", namespace.incarnation()))
        .build();
  }

  public static StreamConfiguration registry(int replicas) {
    return kept(REGISTRY, replicas)
        .description("Aether: the registry of namespaces")
        .subjects(NAMESPACE_SUBJECTS + ">", IDENTITY_SUBJECT)
        .maxMessagesPerSubject(1)
        .allowDirect(false)
        .build();
  }

  private static StreamConfiguration.Builder kept(String name, int replicas) {
    return StreamConfiguration.builder()
        .name(name)
        .storageType(StorageType.File)
        .replicas(replicas)
        .retentionPolicy(RetentionPolicy.Limits)
        .discardPolicy(DiscardPolicy.New);
  }

  /** Whether a stream has so many replicas, and all have what its leader has. */
  public static boolean hasReplicas(StreamInfo info, int replicas) {
    if (info.getConfiguration().getReplicas() != replicas) {
      return false;
    }
    if (info.getClusterInfo() == null) {
      return true;
    }
    List<Replica> followers =
        Optional.ofNullable(info.getClusterInfo().getReplicas()).orElse(List.of());
    return followers.size() == replicas - 1 && followers.stream().allMatch(Replica::isCurrent);
  }
}
