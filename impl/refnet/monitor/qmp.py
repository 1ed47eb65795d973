"""The machine monitor: JSON commands and answers, and events (QEMU's QMP)."""

from collections.abc import Callable
from typing import Any

from ..errors import NotFound, OptionError
from ..wire import qjson
from .commands import CommandNotFound, Members, Reply, find, texts
from .seam import Machine

_NEGOTIATE = "Expecting capabilities negotiation with 'qmp_capabilities'"
_NEGOTIATED = "Capabilities negotiation is already complete, command ignored"
_CAPABILITIES = ["oob"]
_EXECUTE, _OUT_OF_BAND = "execute", "exec-oob"


class Session:
    """One client of the machine monitor; ``write`` sends text to it."""

    def __init__(
        self, machine: Machine, write: Callable[[str], None], pretty: bool = False
    ) -> None:
        self._machine = machine
        self._write = write
        self._pretty = pretty
        self._begin()

    def _begin(self) -> None:
        self._negotiated = False
        self._out_of_band = False
        self._reader = qjson.Reader()

    def open(self) -> None:
        """A client is there: greet it."""
        self._begin()
        version = find("query-version")(self._machine, Members({}))
        self._send({"QMP": {"version": version, "capabilities": _CAPABILITIES}})

    def feed(self, text: str) -> None:
        """Take what the client sent."""
        for value in self._reader.feed(text.encode("utf-8", "surrogateescape")):
            self._send(self._answer(value))

    def notify(self, event: str, data: Reply | None = None) -> None:
        """Tell of an event, once the client has negotiated."""
        if not self._negotiated:
            return
        seconds, nanoseconds = divmod(self._machine.timestamp(), 1_000_000_000)
        message: Reply = {
            "timestamp": {"seconds": seconds, "microseconds": nanoseconds // 1000},
            "event": event,
        }
        if data is not None:
            message["data"] = data
        self._send(message)

    def _send(self, message: Reply) -> None:
        self._write(qjson.dumps(message, self._pretty).replace("\n", "\r\n") + "\r\n")

    def _answer(self, request: qjson.Value | qjson.JsonError) -> Reply:
        identifier: Reply = {}
        if isinstance(request, dict) and "id" in request:
            identifier = {"id": request["id"]}
        try:
            if isinstance(request, qjson.JsonError):
                raise OptionError(str(request))
            return {"return": self._run(request), **identifier}
        except CommandNotFound as error:
            kind, description = "CommandNotFound", str(error)
        except NotFound as error:
            kind, description = "DeviceNotFound", str(error)
        except OptionError as error:
            kind, description = "GenericError", str(error).partition("\n")[0]
        return {**identifier, "error": {"class": kind, "desc": description}}

    def _run(self, request: qjson.Value) -> Any:
        if not isinstance(request, dict):
            raise OptionError("QMP input must be a JSON object")
        way, name = self._command(request)
        if not self._negotiated and name != "qmp_capabilities":
            raise CommandNotFound(_NEGOTIATE)
        command = self._negotiate if name == "qmp_capabilities" else find(name)
        if way == _OUT_OF_BAND:
            raise OptionError(f"The command {name} does not support OOB")
        return command(self._machine, Members(request.get("arguments", {})))

    def _command(self, request: Reply) -> tuple[str, str]:
        """Which member names the command, and its name."""
        ways = [_EXECUTE, _OUT_OF_BAND] if self._out_of_band else [_EXECUTE]
        found: list[str] = []
        for key, value in request.items():
            if key in ways:
                if not isinstance(value, str):
                    raise OptionError(f"QMP input member '{key}' must be a string")
                found.append(key)
            elif key == "arguments":
                if not isinstance(value, dict):
                    raise OptionError("QMP input member 'arguments' must be an object")
            elif key != "id":
                raise OptionError(f"QMP input member '{key}' is unexpected")
        if len(found) == 2:
            raise OptionError(f"QMP input member '{_EXECUTE}' clashes with '{_OUT_OF_BAND}'")
        if not found:
            raise OptionError(f"QMP input lacks member '{_EXECUTE}'")
        return found[0], request[found[0]]

    def _negotiate(self, machine: Machine, members: Members) -> Reply:
        wanted = members.take("enable", texts) or []
        members.finish()
        for capability in wanted:
            if capability not in _CAPABILITIES:
                raise OptionError(f"Parameter 'null' does not accept value '{capability}'")
        if self._negotiated:
            raise CommandNotFound(_NEGOTIATED)
        self._negotiated = True
        self._out_of_band = bool(wanted)
        return {}
