"""Titles of columns in English, German and Chinese by the field they mean; ``word:7`` means it only by 0.7."""

from collections.abc import Mapping
from functools import cache

from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import DocumentKind
from plait.manufacturing.desk.reading.text import fold
from plait.manufacturing.desk.reading.words_kinds import BY_KIND, HINTS

__all__ = ["HINTS", "titles", "vocabulary"]

COMMON: Mapping[str, str] = {
    "order_no": """call-off no|call off no|call-off number|call-off|release no:85|release number:85|schedule no:75|order_id/name|order_id|
            order reference|verk.beleg:9|verk.-beleg:9|verkaufsbeleg nr:85|auftr nr|best nr|best no|bstkd|order:9|purchase ord|client order|
            abruf:85|abrufnummer:85|order no|order number|order num|order nr|order #|order id|order ref|order reference|order:8|orders:7|po|
            po no|po no.|po number|po nr|po #|po num|po id|p.o.|
        p.o. no|p.o. number|p/o|p/o no|po ref|purchase order|purchase order no|purchase order number|purchase order nr|purch. order|
            purch.doc.|purchasing document|
        purchase doc|customer po|customer po no|customer po number|customer order|customer order no|customer order number|cust po|cust. po|
            cust po no|cust. order no|
        cust order|customer reference:8|customer ref:8|your order no|your order|contract no:8|contract number:8|sales order:85|
            sales order no:85|sales order number:85|
        so no:85|so number:85|so#:85|sales document:85|sales doc:85|sales doc.:85|order document|ordernr|orderno|ponumber|order_no|bstnk|
            bstkd|vbeln:9|ebeln|belnr:7|
        bestellnr|bestell-nr.|bestellnummer|best.nr|best.-nr.|best-nr|bestell nr|bestellung|bestellung nr|bestellnr.|bestell-no|
            kundenbestellnr|kundenbestellnummer|
        kunden-bestellnr|kd-bestellnr|kd.best.nr|kd-best-nr|kundenbestellung|kundenauftragsnr|kundenauftragsnummer|kundenauftrag:9|
            ihre bestellnr|ihre bestellung|
        ihre bestellnummer|bestellnummer kunde|bestellnr kunde|bestell-nr. kunde|best.-nr. kunde|kunden best nr|einkaufsbeleg|
            einkaufsbelegnummer|bestellbeleg|einkaufsbel.|ek-beleg|eink.-beleg|bestellreferenz|
        verkaufsbeleg:85|verkaufsbelegnummer:85|auftrag:9|auftragsnr:9|auftrags-nr.:9|auftragsnummer:9|auftrag nr:9|auftrag-nr.:9|auftr.nr:9|
            auftr.-nr.:9|auftr nr:9|auftr.:8|
        auftragsnr.:9|vorgang:6|vorgangsnr:7|vorgangsnummer:7|belegnr:75|belegnummer:75|beleg-nr.:75|beleg:7|kontraktnr:75|abrufnr:8|
            abruf-nr.:8|rahmenauftrag:7|
        注文番号|発注番号|订单号|订单编号|订单号码|订单|订单单号|采购订单号|采购订单|采购订单编号|采购单号|采购编号|客户订单号|客户订单|客户订单编号|客户单号|客户po|
            客户po号|客户采购单号|po号|po单号|
        po编号|销售订单号:9|销售订单:85|销售订单编号:9|销售单号:85|合同号:85|合同编号:85|单号:8|单据号:8|单据编号:8|单据号码:8|订购单号|订货单号|
            來單號|訂單號|訂單編號|訂單號碼|採購單號|
        採購訂單號|客戶訂單號|order reference no|document no:7|document number:7|doc no:7|source document:7|reference:6|ref:6|ref no:65|referenz:6|
            customer purchase order|
        po/so|order nbr|ord no|ord. no.|ordno|ord nr|order code""",
    "line_no": """line|line no|line number|line nr|line item|line #|ln|item:7|item no:55|pos|pos.|pos-nr|pos. nr|pos nr.|pos no|position|
            positionsnr|positionsnummer|position no|
        position nr|posnr|posnr.|po line|po item|po pos|po-pos|order line|order item|orderline|bestellposition|bestell-pos|best.-pos|
            best.pos|auftragsposition|auftrags-pos|
        auftragspos|auftr.pos|zeile|zeilennr|zeile nr|lfd. nr|lfd.nr|lfd nr.|lfd. nr.|laufende nummer|nr:7|nr.:7|no.:6|no:6|#:7|s/n:5|
            sl no:8|sr no:8|sn:5|posten|ebelp|
        item number:5|positionen|sales doc item|sales document item|einteilung:6|einteilungsnr:6|s.no:8|seq:7|seq no:7|s. no.:8|
        行号|行|行次|订单行|订单行号|项次|项目:7|项目号:7|序号|序:8|编号:5|项|行项目|分录号|分录:7|明细行|po行|项号|單行|行號|項次|序號|明细序号|
            order pos|kd-pos|kd pos|kundenposition|teilposition""",
    "customer": """name:55|order_id/partner_id/name|order_id/partner_id|partner_id:8|partner_id/name:8|name1|kundin|交易客户|最终客户:7|customer|
            customer name|cust|cust.|cust name|client|client name|buyer|buyer name|sold-to|sold to|sold-to party|sold to party|ship-to:7|
            ship to:7|company:8|
        company name:8|account:6|account name:7|ordered by:8|bill to:7|partner:7|business partner:8|customer/supplier:5|kunde|kunden|
            kundenname|kunde name|name kunde|kd|kd.|kd-name|
        kd. name|kundenbezeichnung|auftraggeber|besteller|firma:85|firmenname:85|abnehmer|name 1:7|name1:7|warenempfänger:7|kunde/firma|
            endkunde:8|debitor:8|debitorname|
        debitorenname|geschäftspartner:85|kundenkurzname|kurzname:6|matchcode:6|客户|客户名称|客户名|客户简称|客户全称|购货单位|购买方|购货方|需方|
            需方名称|往来单位|订货单位|采购方|买方|
        客戶|客戶名稱|客戶簡稱|订货客户|客户单位|单位名称:7|甲方|customer company|kunnr name""",
    "customer_no": """customer no|customer number|customer id|customer code|customer account|customer acct|cust no|cust id|cust. no.|cust code|
            customer #|account no|
            account number|client no|client id|client code|
        sold-to no|kunden-nr|kundennr|kunden-nr.|kundennummer|kd-nr|kd.-nr.|kdnr|kd nr|kd.nr.|debitorennr|debitorennummer|debitornr|
            debitor-nr.|deb.-nr.|kunnr|kundenkonto|
        kunden nr.|kunden id|客户编号|客户编码|客户代码|客户号|客户代号|客戶編號|客戶代碼|购货单位代码|往来单位编码""",
    "own_no": """vbeln:85|verk.beleg:8|verkaufsbeleg:8|our order no|our order|our order number|our ref|our reference|internal order|
            internal order no|internal no|internal number|job|job no|job number|job nr|job #|
        job id|work order|work order no|work order number|works order|works order no|wo|wo no|wo number|wo #|production order|
            production order no|production order number|
        prod order|prod. order|mo|mo no|manufacturing order|so:7|so no:8|so number:8|so#:8|sales order:8|sales order no:8|
            sales order number:8|shop order|traveler no|traveller|
        betriebsauftrag|betriebsauftragsnr|betriebsauftrags-nr.|ba-nr|ba nr|ba-nr.|ba|fertigungsauftrag|fertigungsauftragsnr|
            fertigungsauftragsnummer|fa|fa-nr|fa nr|fa-nr.|fa-nummer|
        unsere auftragsnr|unsere auftragsnummer|unser auftrag|unser zeichen|unsere nr|unsere nummer|interne nr|interne nummer|
            interne auftragsnr|int. auftragsnr|
        int. auftrag|auftrag:8|auftragsnr:8|auftrags-nr.:8|auftragsnummer:8|auftrag nr:8|auftr.nr:8|auftr.-nr.:8|ab-nr|ab-nr.|ab nr|
            ab-nummer|auftragsbestätigung nr|werkauftrag|werkauftragsnr|werksauftrag|
        kommission:8|kommissionsnr:85|komm.-nr.:85|komm.nr:85|projekt:6|projektnr:65|project:6|project no:65|
        工单号|工单|工单编号|生产单号|生产订单号|生产订单|生产任务单号|生产令号|制令号|制单号|制造单号|内部订单号|内部单号|我方订单号|我司单号|
            本厂单号|厂内单号|工作令号|
        销售订单号:8|销售单号:8|销售订单编号:8|製令單號|工單號|任务单号|aufnr""",
    "part_no": """product_id/default_code|internal reference|product/internal reference|product:72|item:72|mat.nr.|art.nr|material nr|
            artikelnr.|teil no|gerätenr:6|存货|material code|code:55|nummer:55|编码:7|代码:65|物料:75|part no|part number|part nr|part #|part|
            part id|part code|partno|part_no|p/n|pn|p/no|item no|item number|item code|item id|item:75|item #|article no|article number|
            article|
        article code|art no|art. no.|product no|product number|product code|product id|product:6|sku|stock code|stock no|material no|
            material number|material code|mat no|mat. no.|
        material:75|matnr|ident no|identnr|ident-nr.|identnummer|our part no|our part number|our item no|our article no|internal reference|
            internal part no|supplier part no|
        supplier part number|supplier item|vendor part no|vendor material no|manufacturer part no|mpn|your part no:8|your item no:8|
            your article no:8|default_code|
        artikelnr|artikel-nr.|artikelnummer|artikel nr|artikel|art.-nr.|art.nr.|art nr|art-nr|artnr|art.nr|artikelcode|artikel-code|teilenr|
            teile-nr.|teilenummer|teile nr|teil-nr.|
        teilnr|teil nr|teil|teile|teileident|sachnr|sach-nr.|sachnummer|materialnr|material-nr.|materialnummer|mat.-nr.|mat.nr|mat-nr|
            produktnr|produkt-nr.|produktnummer|produkt:6|
        erzeugnis:6|ident|unsere artikelnr:8|unsere artikelnummer:8|unsere art.-nr.:8|unsere teilenr:8|ihre artikelnr:75|
            ihre artikelnummer:75|ihre art.-nr.:75|ihre teilenr:75|
        lieferantenartikelnr:85|lieferanten-art.-nr.:85|lieferantenartikelnummer:85|lief.-art.-nr.:85|lief.art.nr:85|material nr.|
            werkstück nr|werkstücknr|werkstück:6|baugruppe:6|artikel no|
        物料编码|物料编号|物料代码|物料号|物料长代码|物料:7|料号|料品编码|料品编号|产品编号|产品编码|产品代码|产品号|产品型号:8|零件号|零件编号|
            零件编码|件号|存货编码|存货编号|存货代码|
        品番|品号|货号|商品编号|商品编码|商品代码|商品货号|我方料号|本厂料号|厂内料号|我司料号|供方料号|供应商料号|供应商物料号|品目编码|部品番号|部件号|
            成品编码|母件编码:8|
        物料編號|物料編碼|料號|品號|產品編號|零件號|存貨編碼|件號|型号:65|component no:5|
        item ref|part num|item num|product num|prod no|prod code|partnumber|part numbers|part nbr""",
    "customer_part_no": """customer part no|customer part number|customer part|customer part #|customer p/n|customer pn|cust part no|
            cust. part no.|cust part|cust p/n|customer item|
        customer item no|customer article no|customer article|customer material|customer material no|customer material number|buyer part no|
            buyer part number|buyer's part no|
        client part no|unsere mat.-nr.:75|unsere materialnr:75|unsere materialnummer:75|your part number:75|your part no:75|kdmat|kundenmaterial|
            kundenmaterialnr|kundenmaterialnummer|kunden-materialnr|
            kundenartikelnr|kundenartikelnummer|
        kunden-artikelnr|kunden-art.-nr.|kunden-artikel-nr.|kundenartikel|kunden art nr|kd-artikelnr|kd-art-nr|kd.-art.-nr.|kd.art.nr|
            kd-art.nr.|kd-teilenr|kd-teile-nr.|kd.teilenr|kundenteilenr|kundenteilenummer|
        kunden-teilenr|kunden-teile-nr.|kundenteil|kundensachnr|kundensachnummer|kunden-sachnr|artikelnr kunde|artikelnummer kunde|
            teilenr kunde|art.-nr. kunde|sachnr kunde|
        ihre artikelnr:7|ihre artikelnummer:7|ihre teilenr:7|ihre art.-nr.:7|materialnummer kunde|客户料号|客户物料号|客户物料编码|客户产品号|
            客户产品编号|客户零件号|客户件号|
            客户品号|客户编码:5|
        客户货号|客户型号|客户产品编码|客户图号:7|买方料号|需方料号|客戶料號|客戶品號|对方料号|kundenidentnr""",
    "name": """artikel-/leistungstext|text1|bezeichn.|bez1|positionsbezeichnung|warenbezeichnung|what it is|maktg|存货名称/规格|货物|货物或应税劳务名称|
            name:8|part name|item name|product name|article name|material name|description|desc|desc.|part description|item description|
            product description|article description|
        material description|mat. description|designation|title:7|short text|short description|text:7|
        item text|line desc|part desc|item desc|prod desc|product desc|short desc|long desc|details:6|product:7|
            article:5|goods:7|goods description|commodity:7|what:5|
        bezeichnung|benennung|artikelbezeichnung|artikelbez|artikelbez.|artikel-bezeichnung|art.-bez.|art.bez.|artikelname|artikeltext|
            teilebezeichnung|teilebenennung|teilename|teilebez.|
        bez.|bez|benenn.|materialkurztext|materialbezeichnung|materialtext|kurztext|mat.kurztext|produktbezeichnung|produktname|produkt:7|
            beschreibung|artikelbeschreibung|
        kurzbezeichnung|bezeichnung 1|bezeichnung1|bezeichng|bezeichng.|werkstück:8|gegenstand|erzeugnis:8|leistung:6|positionstext|maktx|
            arktx|teil:5|artikel:5|
        品名|名称|产品名称|物料名称|零件名称|部件名称|存货名称|商品名称|货品名称|货物名称|料品名称|物料描述|产品描述|描述|品名规格|品名/规格|
            品名及规格|物料名称规格|规格型号:6|
        规格:6|产品:7|零件:6|商品:7|货名|成品名称|母件名称|品目名称|名稱|品名規格|物料名稱|產品名稱|零件名稱|存貨名稱|规格描述:7|说明:5|name of part|
            bezeichnung teil|teil/bezeichnung""",
    "revision": """revision|rev|rev.|rev no|revision no|revision level|rev level|rev. level|issue:8|version|ver|ver.|index|drawing revision|
            drawing rev|dwg rev|part rev|part revision|change level|
        ec level|engineering change|eco:6|revisionsstand|rev.-stand|rev-stand|revstand|änderungsstand|änd.-stand|aend.stand|änderungsindex|
            änd.-index|änd.index|änd.idx|zeichnungsindex|
        zg-index|zng-index|index zeichnung|zeichnungsstand|zeichnungsrevision|stand:6|ausgabe:7|版本|版本号|版次|图纸版本|版别|修订|修订版本|修订号|
            图纸版次|物料版本|版|改版|
            revlv|圖面版本|版本號|版號""",
    "drawing_no": """drawing|drawing no|drawing number|drawing nr|drawing #|drawing id|drw|drw no|drg no|drg|dwg|dwg no|dwg no.|dwg number|
            dwg #|print no|blueprint|plan no|zeichnung|zeichnungsnr|
        zeichnungs-nr|zeichnungs-nr.|zeichnungsnummer|zeichnung nr|zeichn.-nr.|zeichn.nr|zeich.-nr.|zeich.nr.|znr|znr.|z-nr|z.-nr.|z-nr.|
            zg-nr|zg.-nr.|zng|zng-nr|zng.-nr.|zng nr|zchng|zchng-nr|zchng.nr|zchnr|
        plannr|plan-nr.|zeinr|图号|图纸号|图纸编号|图样代号|图纸|图档号|零件图号|产品图号|客户图号:85|图样号|代号:6|圖號|圖紙編號|圖面編號|工程图号|
            drawing/part""",
    "material": """material:8|material type|material grade|raw material|grade|alloy|steel grade|material spec|material specification|mat.:7|
            mat:7|made of|stock material|werkstoff|werkst.|
        werkstoffnr|werkstoff-nr.|werkstoffnummer|werkstoffbezeichnung|materialgüte|güte|materialart:8|rohmaterial|halbzeug|ausgangsmaterial|
            vormaterial|materialqualität|qualität:6|stahlsorte|
        材料|材质|材质牌号|材料牌号|牌号|原材料|材料名称:7|用料|原料|毛坯材料|材質|材料規格|material/werkstoff""",
    "quantity": """soll:75|call-off qty|call off qty|call-off quantity|release qty|销售数量|主数量|product_uom_qty|mng|mng.|menge stk|ordered quantity|
            bestellmge|abrufmge|要货数量|数量(主)|报价数量|qnty|qnt|quant.|quan.|quantity ordered|menge/stk:75|quantity|qty|qty.|q'ty|quantities|
            amount:55|pcs:85|pieces:85|no of pieces|number of pieces|pc:8|count:8|no. of units|units:7|order qty|order quantity|ordered qty|
            ordered quantity|
        ordered:6|qty ordered|quantity ordered|po qty|po quantity|required qty|required quantity|req qty|req. qty|qty required|demand|
            demand qty|total qty:85|total pcs:9|total pieces:9|总件数:9|total quantity:85|volume:6|sched. qty|
        scheduled qty|scheduled quantity|line qty|lot size:6|product_uom_qty|menge|mge|mge.|bestellmenge|best.menge|best.-menge|
            bestellte menge|bestellt:7|auftragsmenge|auftr.menge|auftragsmge|auftr.-menge|
        stückzahl|stückz.|stk:8|stk.:8|stück:85|stck:8|stk-zahl|stückzahlen|anzahl|anz|anz.|liefermenge:7|bedarfsmenge|bedarf:8|sollmenge|
            soll-menge|gesamtmenge:85|einteilungsmenge|kwmeng|menge gesamt:85|
        losgröße:6|los:5|stückzahl gesamt:85|abrufmenge|positionsmenge|menge bestellt|数量|订单数量|订购数量|采购数量|订货数量|需求数量|件数|个数|
            数目|总数量:85|总数:8|下单数量|
        计划数量:8|交货数量:7|数量(件)|数量(pcs)|订单量|需求量|数量/件|订单数|购货数量|应发数量:7|數量|訂單數量|採購數量|訂購量|sales qty|
            menge in stk|qty (pcs)|stk gesamt:8""",
    "unit": """product_uom/name|product_uom|主计量|主计量单位|销售单位|库存主单位|verkaufs-me|meh|unit|unit of measure|unit of measurement|uom|u/m|
            um|units:6|
            order unit|base unit|sales unit|measure|qty unit|
        sales um|order um|ium|um code|unit of measure code|uom code|meins|vrkme|einheit|einh|einh.|me|me.|mengeneinheit|mengeneinh.|mengeneinh|
            m.-einh.|m-einh.|eh|eh.|
        basismengeneinheit|bme|basis-me|verkaufsmengeneinheit|vme|bestelleinheit|bestellmengeneinheit|lagereinheit|maßeinheit|masseinheit|
            gebinde:5|单位|计量单位|基本单位|基本计量单位|主计量单位|
        单位名称:5|库存单位|销售单位|采购单位|單位|計量單位|product_uom""",
    "due": """bedarf kw|kw bedarf|bedarfs-kw|bedarfs kw|kw liefer|liefertermin kw|termin (kw)|liefer-termin neu:9|order_id/commitment_date:95|
            commitment_date:95|wanted on|wanted by|wunschliefdat|wunschlief.dat|wunschlieferdat.|wunschl.datum|
            预发货日期:85|预发货日:85|预完工日期:75|预计发货日期:8|liefertrm:9|lt.:7|delivery due date|requested ship date:8|requested dock date|
            dock date:9|
            要货日期|交货截止日期:9|送货日期:9|ankunft:6|wanted delivery|wanted date|need-by date|deliver on|liefern am|lieferbar bis:7|到厂日期:85|
            要求到厂日期|
            fertig bis:8|bedarf zum|etd|due|due date|due on|date due|required|required date|required by|req date|req. date|req'd date|
            date required|requested date|requested delivery date|requested delivery|request date|requested|
        need date|need by|need by date|needed by|date needed|want date|wanted|wanted date|customer date|customer request date|
            customer due date|cust date|delivery date:95|delivery:85|deliv. date:95|
        del. date:95|del date:95|dlv date:95|deliver by:95|delivery on:9|date of delivery:95|delivery deadline|delivery week:95|delivery due|
            delivery time:7|ship date:8|ship by:85|shipping date:8|shipment date:8|dispatch date:75|deadline|
        target date:9|scheduled date:85|schedule date:85|sched date:85|date planned:75|commitment date:65|expected date:8|
            expected delivery:8|eta:7|date:6|lt:7|due week|week:75|cw:7|requested week|
        wunschtermin|wunsch-termin|kundenwunschtermin|kd-wunschtermin|wunschdatum|wunschlieferdatum|wunschliefertermin|kundentermin|
            kd-termin|kd.termin|wunsch-lt|wt:6|wunsch:7|liefertermin:95|
        lieferdatum:95|liefer-termin:95|liefer-datum:95|lief.termin:95|lief.-termin:95|lief.-dat.:95|liefert.:9|liefer.:7|lieferung:7|
            lieferung bis:95|lieferwoche:95|lieferfrist:75|liefertag:95|liefern bis|zu liefern bis|lief.dat.:95|
        termin:85|terminwunsch|fällig|fällig am|fälligkeit:85|fälligkeitsdatum:85|bedarfstermin|bedarfsdatum|bedarf am|bedarfswoche|
            bed.termin|eintrefftermin:9|anliefertermin:95|anlieferdatum:95|anlieferung:85|
        einteilungstermin:9|einteilungsdatum:9|solltermin:9|soll-termin:9|solldatum:85|endtermin:75|zieltermin:9|versandtermin:75|
            versanddatum:7|abruftermin:9|kw:75|liefer-kw:95|liefer kw:95|lieferwoche kw|termin kw:85|kw termin:85|
        edatu|eindt|vdatu|datum:6|wann:6|bis wann|bis:65|gewünscht:85|gewünschter liefertermin|gewünschtes lieferdatum|
        交期:95|交货期:95|交货日期:95|交货时间:95|交货日:95|交付日期:95|交付时间:95|交付日:95|交付期:95|要求交期|要求交货日期|要求交货期|要求日期|
            要求到货日期|需求日期|需求交期|需求时间|
        客户交期|客户要求交期|客户需求日期|客户交货期|客户要求日期|到货日期:85|预计到货日期:75|计划到货日期:85|到期日:85|发货日期:75|计划发货日期:85|
            预计交货日期:8|预计交期:75|计划交货日期:9|计划交期:85|
        订单交期:95|合同交期|合同交货期|合同交货日期|预计发货日期:7|出货日期:75|出货日:75|交貨日期:95|交貨日:95|交貨期:95|要求交貨日|需求日|納期:95|
            日期:6|要货日期|要求完成日期:85|完成日期:65|交货周:95|交期(周):95""",
    "note": """note|notes|remark|remarks|comment|comments|additional info|info|instructions|special instructions|memo|observation|bemerkung|
            bemerkungen|bem.|bem|anmerkung|anmerkungen|anm.|hinweis|
        hinweise|notiz|notizen|kommentar|zusatz|zusatztext|zusatzinfo|sonstiges|besonderheiten|备注|说明:8|注释|附注|注|附言|备注说明|摘要:7|備註|
            備注|說明:8|特殊要求|
            要求:6|技术要求:7""",
    "price": """bruttopreis:6|brutto-preis:6|gross price:6|price incl. vat:6|price incl. tax:6|price incl vat:6|preis inkl. mwst:6|
            preis brutto:6|e-preis|verkaufspreis netto|nettoverkaufspreis|preis/einh.|单价(含税):6|price|unit price|price per unit|price each|
            item rate:85|rate (items):8|preis/me|preis je me|preis pro me|price/uom|price per uom|u/price|
            price/unit|net price|net unit price|price/pc|price per piece|price per pc|piece price|each price|list price:8|sales price|
            selling price|rate:6|
        unit cost:8|cost:7|cost per unit:8|price ea|price (ea)|price_unit|standard price:8|cost price:7|netpr|netwr:4|kbetr|preis|
            einzelpreis|e-preis|ep|e.-preis|einzelpr.|stückpreis|stk-preis|preis/stk|preis/stück|
        preis je stück|preis pro stück|preis je stk|preis/einheit|preis pro einheit|nettopreis|netto-preis|nettoeinzelpreis|netto ep|vk|
            vk-preis|verkaufspreis|ek:8|ek-preis:85|einkaufspreis:85|listenpreis:8|
        einzelpreis netto|preis netto|preis €/stk|bestellpreis|grundpreis:7|preis in eur|preis eur|ep netto|verrechnungspreis:7|kosten:6|
            materialpreis:7|
        単価|单价|价格|未税单价|不含税单价|含税单价:6|净价|净单价|售价|销售单价|采购单价|产品单价|报价:8|销售价格|采购价格|无税单价|原币单价|本币单价:8|
            单价(元)|单价(未税)|單價|未稅單價|價格|成本单价:7|结算价:7|协议价""",
    "price_per": """pro|per qty|price per qty|preis pro|price per:8|per:8|price unit|price unit qty|price basis|pricing unit|price per qty|
            per qty|peinh|kpein|preiseinheit|preis-einheit|preiseinh.|preiseinh|pe|pe.|p-einh.|p.einh|je:8|per stk|preis je:8|preis per|
        preisbezug|preisbasis|preismenge|preis pro:7|价格单位|计价单位|计价数量|价格基数|每:8|單價單位|計價單位|价格单位数量""",
    "currency": """currency_id/name|currency_id|货币类型|währ|currency|curr|curr.|cur|cur.|ccy|currency code|order currency|price currency|waers|
            waerk|währung|währg|währg.|währ.|whg|whrg|wrg|wkz|währungsschlüssel|währungscode|belegwährung|belegwährg|
        币种|币别|货币|货币代码|币种名称|结算币种|原币|幣別|幣種|貨幣|currency_id""",
    "amount": """gross amount:6|bruttobetrag:6|brutto:55|total incl. vat:6|netto gesamt|无税总额|amount:9|total|total price|total amount|
            line total|line amount|line value|order value|value|net value|net amount|ext cost|ext. cost|extended cost|extended price|ext price|
            ext. price|ext. amount|
            extended:85|extension|subtotal|sum|price total|
        net total|total value|open value:7|open amount:7|sales value|betrag|gesamtpreis|gesamt:9|gesamtbetrag|gp|g-preis|ges.-preis|
            ges.preis|gesamtwert|wert|auftragswert|bestellwert|positionswert|nettowert|netto|
        nettobetrag|netto-wert|pos.-wert|poswert|zeilenbetrag|summe|zeilensumme|positionsbetrag|gesamtsumme|gesamt netto|netwr|
            offener wert:7|restwert:7|umsatz:6|
        金额|总金额|总价|合计|合计金额|小计|未税金额|不含税金额|含税金额:6|价税合计:6|金额合计|订单金额|总额|原币金额|本币金额:8|无税金额|金額|總價|
            總金額|合計|小計|price_subtotal|金额(元)""",
    "contact": """contact|contact person|contact name|attn|attn.|attention|buyer contact|e-mail|email|mail|phone|telephone|tel|tel.|
            requester|requestor|requested by|responsible:7|purchaser|purchasing agent|buyer:5|
        ansprechpartner|ansprechperson|kontakt|kontaktperson|kontaktdaten|ap:7|besteller name|sachbearbeiter|bearbeiter:7|einkäufer|
            disponent:8|zuständig:7|e-mail-adresse|telefon|tel.-nr.|telefonnummer|z.hd.|
        联系人|联系方式|联系电话|电话|手机|邮箱|采购员|采购人员|业务员:7|跟单员|跟单|客户联系人|經辦人|经办人|聯絡人|聯繫人""",
    "supplier": """supplier|supplier name|vendor|vendor name|subcontractor|sub-contractor|outside vendor|vendor/supplier|source:6|
            preferred vendor|partner_id|lieferant|lieferanten|lieferantenname|lieferant name|kreditor|
        kreditorname|zulieferer|fremdfirma|dienstleister|verlängerte werkbank|lohnbearbeiter|auswärtsbearbeiter|bezugsquelle|供应商|供应商名称|供货商|
            供货单位|供方|供方名称|厂商|厂家|外协厂|外协厂家|外协供应商|外协单位|
        供應商|供應商名稱|加工商|加工厂""",
}
"""Titles by field, whatever the table is about."""


@cache
def vocabulary(kind: DocumentKind) -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Return for every folded title the fields of ``kind`` it may mean, each with how surely."""
    found: dict[str, dict[str, float]] = {}
    for field in KINDS[kind]:
        for text in (COMMON.get(field, ""), BY_KIND.get(kind, {}).get(field, "")):
            for word in text.split("|"):
                title, _, weight = word.strip().rpartition(":") if word.strip()[-3:].count(":") else (word.strip(), "", "")
                key = fold(title)
                if key:
                    surely = float(f"0.{weight}") if weight else 1.0
                    fields = found.setdefault(key, {})
                    fields[field] = max(surely, fields.get(field, 0.0)) if weight else surely
    return {title: tuple(sorted(fields.items(), key=lambda each: -each[1])) for title, fields in found.items()}


@cache
def titles() -> frozenset[str]:
    """Return every folded title known for any kind."""
    return frozenset(title for kind in KINDS for title in vocabulary(kind))
