package dev.aether.client.internal.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import dev.aether.client.AetherException;
import dev.aether.client.CommitIdReusedException;
import dev.aether.client.CorruptRecordException;
import dev.aether.client.CursorUnknownException;
import dev.aether.client.HistoryTrimmedException;
import dev.aether.client.InvalidRequestException;
import dev.aether.client.Reason;
import dev.aether.client.ScriptedServer;
import dev.aether.client.ServerUnreachableException;
import dev.aether.client.TooLargeException;
import dev.aether.client.VersionConflictException;
import dev.aether.v1.ErrorReason;
import dev.aether.v1.ReplayError;
import dev.aether.v1.VersionConflict;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ErrorMapperTest {

  @ParameterizedTest
  @EnumSource(
      value = ErrorReason.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"UNRECOGNIZED", "ERROR_REASON_UNSPECIFIED"})
  void everyReasonOfTheContractIsKnown(ErrorReason reason) {
    String name = reason.name().substring("ERROR_REASON_".length());

    assertEquals(Reason.valueOf(name), map(Status.Code.UNKNOWN, name, Map.of()).reason());
  }

  @Test
  void whatIsExpectedToBeHandledHasATypeOfItsOwn() {
    assertInstanceOf(
        CursorUnknownException.class,
        map(Status.Code.INVALID_ARGUMENT, "CURSOR_UNKNOWN", Map.of()));
    HistoryTrimmedException trimmed =
        assertInstanceOf(
            HistoryTrimmedException.class,
            map(Status.Code.OUT_OF_RANGE, "HISTORY_TRIMMED", Map.of("first_available", "12")));
    assertEquals("12", trimmed.firstAvailable());
    TooLargeException large =
        assertInstanceOf(
            TooLargeException.class,
            map(
                Status.Code.INVALID_ARGUMENT,
                "COMMIT_TOO_LARGE",
                Map.of("limit_bytes", "10", "size_bytes", "11")));
    assertEquals(10, large.limitBytes());
    assertEquals(11, large.sizeBytes());
    CommitIdReusedException reused =
        assertInstanceOf(
            CommitIdReusedException.class,
            map(Status.Code.FAILED_PRECONDITION, "COMMIT_ID_REUSED", Map.of("commit_id", "c")));
    assertEquals("c", reused.commitId());
  }

  @Test
  void theFieldsAtFaultAreNamed() {
    InvalidRequestException e =
        assertInstanceOf(
            InvalidRequestException.class,
            map(
                Status.Code.INVALID_ARGUMENT,
                "INVALID_REQUEST",
                Map.of(),
                BadRequest.newBuilder()
                    .addFieldViolations(
                        BadRequest.FieldViolation.newBuilder()
                            .setField("events[0].event_type")
                            .setDescription("is empty"))
                    .build()));

    assertEquals(
        List.of(new InvalidRequestException.FieldViolation("events[0].event_type", "is empty")),
        e.violations());
  }

  @Test
  void aCorruptRecordSaysWhereItIs() {
    CorruptRecordException e =
        assertInstanceOf(
            CorruptRecordException.class,
            map(
                Status.Code.DATA_LOSS,
                "CORRUPT_RECORD",
                Map.of(),
                ReplayError.newBuilder().setActorId("a").setPosition(5).setReason("torn").build()));

    assertEquals(new dev.aether.client.ReplayError("a", 0, 5, "torn"), e.error());
  }

  @Test
  void aReasonNewerThanThisClientKeepsItsNameAndValues() {
    AetherException e = map(Status.Code.ABORTED, "MOON_PHASE", Map.of("phase", "full"));

    assertEquals(Reason.UNKNOWN, e.reason());
    assertEquals(Map.of("phase", "full"), e.metadata());
    assertTrue(e.getMessage().contains("MOON_PHASE"), e.getMessage());
  }

  @Test
  void aReasonOfTheClientsOwnIsNotTakenFromAServer() {
    assertEquals(Reason.UNKNOWN, map(Status.Code.UNKNOWN, "UNREACHABLE", Map.of()).reason());
  }

  @Test
  void aConflictWhoseDetailCannotBeDecodedIsReadFromTheMetadata() {
    StatusRuntimeException whole =
        ScriptedServer.error(
            Status.Code.ABORTED,
            "VERSION_CONFLICT",
            Map.of("actor_id", "a", "current_version", "3", "attempted_version", "2"));
    com.google.rpc.Status status = StatusProto.fromThrowable(whole);
    assertTrue(status != null);
    Any broken =
        Any.pack(VersionConflict.getDefaultInstance()).toBuilder()
            .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff}))
            .build();
    StatusRuntimeException damaged =
        StatusProto.toStatusRuntimeException(
            (status == null ? com.google.rpc.Status.getDefaultInstance() : status)
                .toBuilder().addDetails(broken).build());

    VersionConflictException e =
        assertInstanceOf(VersionConflictException.class, map(damaged, true).error());

    assertEquals("a", e.actorId());
    assertEquals(3, e.currentVersion());
    assertEquals(2, e.attemptedVersion());
  }

  @Test
  void aStatusThatIsNotAethersDecidesNothing() {
    for (Status.Code code : Arrays.asList(Status.Code.UNAVAILABLE, Status.Code.INTERNAL)) {
      Failure failure = map(code.toStatus().asRuntimeException(), true);

      assertFalse(failure.decided());
      assertTrue(failure.outcomeUnknown());
      assertTrue(failure.repeatable());
    }
    assertFalse(map(Status.UNIMPLEMENTED.asRuntimeException(), true).repeatable());
  }

  @Test
  void aRequestThatWasNeverSentHasNoUnknownOutcome() {
    Failure failure = map(Status.DEADLINE_EXCEEDED.asRuntimeException(), false);

    assertFalse(failure.outcomeUnknown());
    assertInstanceOf(ServerUnreachableException.class, failure.error());
  }

  /** What gRPC's Utils.statusFromThrowable makes of a call on a connection that just closed. */
  @Test
  void aConnectionThatClosesAsACallBeginsMakesTheServerUnreachable() {
    Status closing =
        Status.UNKNOWN
            .withDescription("channel closed")
            .withCause(new ClosedChannelException().initCause(new ClosedChannelException()));

    Failure failure = map(closing.asRuntimeException(), true);

    assertInstanceOf(ServerUnreachableException.class, failure.error());
    assertEquals("channel closed", failure.error().getMessage());
    assertTrue(failure.repeatable());
    assertTrue(failure.outcomeUnknown());
  }

  private static AetherException map(
      Status.Code code, String reason, Map<String, String> metadata, Message... details) {
    Failure failure = map(ScriptedServer.error(code, reason, metadata, details), true);
    assertTrue(failure.decided());
    return failure.error();
  }

  private static Failure map(StatusRuntimeException e, boolean sent) {
    return ErrorMapper.failure(e.getStatus(), e.getTrailers(), sent);
  }
}
