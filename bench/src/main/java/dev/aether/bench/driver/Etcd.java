package dev.aether.bench.driver;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.aether.bench.peer.etcd.Compare;
import dev.aether.bench.peer.etcd.KVGrpc;
import dev.aether.bench.peer.etcd.PutRequest;
import dev.aether.bench.peer.etcd.RangeRequest;
import dev.aether.bench.peer.etcd.RequestOp;
import dev.aether.bench.peer.etcd.TxnRequest;
import dev.aether.bench.peer.etcd.TxnResponse;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * etcd: one transaction per event, which puts the key ACTOR/VERSION on the condition that it does
 * not exist.
 */
public final class Etcd implements Driver {
  private static final long DEADLINE_SECONDS = 15;

  private final List<ManagedChannel> channels;
  private final List<KVGrpc.KVStub> stubs;
  private final String label;
  private final ByteString data;
  private final AtomicLongArray versions;

  /**
   * Creates a driver, which does not connect yet.
   *
   * @param address HOST:PORT of the server
   * @param label the prefix of the keys
   * @param data the value of every key
   */
  public Etcd(String address, int connections, String label, int actors, byte[] data) {
    channels = Channels.open(address, connections);
    stubs = channels.stream().map(KVGrpc::newStub).toList();
    this.label = label;
    this.data = UnsafeByteOperations.unsafeWrap(data);
    versions = new AtomicLongArray(actors);
  }

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public boolean isAether() {
    return false;
  }

  @Override
  public int eventsPerCommit() {
    return 1;
  }

  @Override
  public CompletableFuture<?> append(int actor) {
    long version = versions.get(actor) + 1;
    return send(actor, version)
        .thenAccept(
            response -> {
              if (!response.getSucceeded()) {
                throw new IllegalStateException("etcd refused a transaction");
              }
              versions.set(actor, version);
            });
  }

  @Override
  public CompletableFuture<?> appendStale(int actor) {
    return send(actor, versions.get(actor))
        .thenAccept(
            response -> {
              if (response.getSucceeded()) {
                throw new IllegalStateException("etcd overwrote a version");
              }
            });
  }

  @Override
  public boolean canAppendStale() {
    return true;
  }

  private CompletableFuture<TxnResponse> send(int actor, long version) {
    ByteString key =
        ByteString.copyFromUtf8(
            String.format(Locale.ROOT, "%s/actor-%d/%016d", label, actor, version));
    TxnRequest request =
        TxnRequest.newBuilder()
            .addCompare(Compare.newBuilder().setKey(key).setVersion(0))
            .addSuccess(
                RequestOp.newBuilder()
                    .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(data)))
            .build();
    UnaryAnswer<TxnResponse> answer = new UnaryAnswer<>();
    stubs
        .get(actor % stubs.size())
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .txn(request, answer);
    return answer.future();
  }

  @Override
  public long stored() {
    // The character after '/' ends the range of all keys that begin with the label.
    RangeRequest all =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(label + '/'))
            .setRangeEnd(ByteString.copyFromUtf8(label + '0'))
            .setCountOnly(true)
            .build();
    return KVGrpc.newBlockingStub(channels.get(0))
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .range(all)
        .getCount();
  }

  @Override
  public void close() {
    Channels.close(channels);
  }
}
