"""What ``-version`` and ``-help`` print."""

RELEASE = (0, 1, 0)
VERSION = "refnet version " + ".".join(map(str, RELEASE)) + ", a reference for QEMU's networking\n"

HELP = """\
usage: refnet [options]

Networks:
-netdev user,id=ID[,net=ADDR[/MASK]][,host=ADDR][,dns=ADDR][,dhcpstart=ADDR][,restrict=on|off]
         [,hostname=NAME][,domainname=NAME][,dnssearch=DOMAIN][,tftp=DIR][,tftp-server-name=NAME]
         [,bootfile=FILE][,hostfwd=RULE][,guestfwd=RULE][,ipv4=on|off][,ipv6=on|off]
         [,ipv6-net=ADDR[/LENGTH]][,ipv6-host=ADDR][,ipv6-dns=ADDR][,smb=DIR[,smbserver=ADDR]]
                the user-mode network stack
-netdev tap,id=ID[,ifname=NAME][,fd=N|fds=N:...][,script=FILE|no][,downscript=FILE|no]...
-netdev bridge,id=ID[,br=BRIDGE][,helper=PROGRAM]
                a device of the host's kernel
-netdev vde,id=ID[,sock=DIR][,port=N][,group=NAME][,mode=OCTAL]
                a plug in a VDE switch
-netdev l2tpv3,id=ID,src=ADDR,dst=ADDR,txsession=N[,udp=on,srcport=PORT,dstport=PORT]...
                an L2TPv3 session
-netdev hubport,id=ID,hubid=N[,netdev=ID]
                a port of hub N, alone or with another netdev on it
-netdev dgram,id=ID,local.type=inet|unix|fd,...[,remote.type=inet|unix,...]
                one frame a datagram
-netdev stream,id=ID[,server=on|off],addr.type=inet|unix|fd,...
                frames with their length in front
-netdev socket,id=ID,listen=|connect=|mcast=|udp=|fd=...
                the older form of both
-nic TYPE[,model=MODEL][,mac=MAC][,...]|none
                a netdev and a NIC on it
-net TYPE[,...]|nic[,model=MODEL][,macaddr=MAC][,netdev=ID]|none
                a netdev or a NIC on hub 0
-device MODEL[,netdev=ID][,mac=MAC][,id=ID]
                a NIC; -device help lists the models
-M MACHINE      none, pc, q35, isapc, mac99, ...: which NICs it makes
-m SIZE         the guest's memory, which NICs read and write
-usb            a USB bus, for usb-net
-nodefaults     no network but what is asked for
-object filter-dump,id=ID,netdev=ID,file=FILE[,maxlen=N][,queue=all|rx|tx][,status=on|off]
         [,position=head|tail|id=ID][,insert=behind|before]
                record frames in a capture file
-object filter-mirror,id=ID,netdev=ID,outdev=CHARDEV[,vnet_hdr_support=on|off]...
                send a copy of each frame to a character device, behind its length
-object filter-redirector,id=ID,netdev=ID[,indev=CHARDEV][,outdev=CHARDEV]...
                send frames there instead, and bring in those that come from there
-object filter-buffer,id=ID,netdev=ID,interval=MICROSECONDS...
                let frames go on together, once an interval
-object filter-fault,id=ID,netdev=ID[,loss=PERCENT][,duplicate=PERCENT][,reorder=PERCENT]
         [,corrupt=PERCENT][,delay=MICROSECONDS][,seed=N]...
                a cable with faults, the same ones for the same seed; refnet's own

Monitors:
-monitor stdio|unix:PATH,server=on,wait=off|tcp:HOST:PORT,server=on,wait=off
-qmp unix:PATH,server=on,wait=off
-chardev socket,id=ID,fd=N|path=PATH|host=HOST,port=PORT[,server=on][,wait=off]
-mon chardev=ID[,mode=readline|control]

Registers of NICs:
-qtest unix:PATH,server=on,wait=off|chardev:ID
-object qtest,id=ID,chardev=ID
                let a client drive them by QEMU's qtest protocol
-accel qtest    let time pass only when that client says so

Others:
-S              do not let frames move until the monitor says cont
-seed N         make the stack's random numbers from N
-profile NAME[,quirks=on|off]
                behave as qemu-7.2 (default) or qemu-0.6 does; with quirks=on also where
                that is wrong
-pidfile FILE   write the process number to FILE
-version, -help

Further options of QEMU are accepted and ignored, so that its command lines can be used.
"""
